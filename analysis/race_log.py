"""A run's log of one venue as the message record of an exchange, for `analysis.race_messages` and the race detector.

Rules
    The log stamps a message when the matching engine is done with it, and what the engine says has the same time. The
    gateway took the message the *gateway latency* earlier: one constant a venue, its service time for instance.
    A participant is an owner of the log: each maker and sniper firm, all of a background flow together.
    A new order's acceptance is told only when it did not trade or end at once, as at the London Stock Exchange.
    Of a trade's two rows the aggressive one comes first. What the venue does to an order by its own rules (a refresh,
    a new peg price, a triggered stop) has no row; what an order displays is told with its next one.
    A replace or reduction that leaves nothing open is told as the cancel that it is, another reduction as a replace.
    A cancel or replace came too late (`TLTC`) when this participant's order was accepted before and is no more.
    `RegularHour` is true while the venue trades continuously.

Does not model
    Waiting for the matching engine: a message that waited stands at the time at which it would have come without.
    Prices that a venue changes (pegs, slid post-only orders) stand as they were named; a peg and a stop display
    nothing. Dark pools have a log, but no best quote and so no races.

Cost
    About 6 us a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from analysis.codes import (
    ACTION_CANCEL,
    ACTION_NEW,
    ACTION_REPLACE,
    CANCEL_REJECTED,
    CANCELED,
    NEW,
    REJECTED,
    REPLACED,
    TRADE,
)
from analysis.race_messages import RaceMessage
from analysis.tables import RunTables

ACTION_BAD: Final = 3
EXPIRED, STATE = 6, 9
AUCTION: Final = 4
UNKNOWN_ORDER: Final = 21
STATE_CONTINUOUS, STATE_OPENING_AUCTION = 60, 63
ENDS: Final = frozenset({CANCELED, EXPIRED})
FORCES: Final = {2: "GFA", 3: "IOC", 4: "FOK", 7: "GFA"}


def messages_of_run(tables: RunTables, venue: int, gateway_latency: int, opens: int = 0) -> list[RaceMessage]:
    """A venue's messages, in order of time.

    Args:
        venue: its number in the tables.
        gateway_latency: ns from the gateway to the matching engine's answer.
        opens: ns after midnight at the run's time 0.

    Raises:
        ValueError: the gateway latency is negative.
    """
    if gateway_latency < 0:
        raise ValueError(f"gateway_latency = {gateway_latency} ns: write 0 or more")
    record = _Record(tables)
    requests = {request.seq: request for request in _requests(tables, venue)}
    for seq, reports in groupby(_reports(tables, venue), key=attrgetter("seq")):
        record.step(requests.get(seq), list(reports))
    early = opens - gateway_latency
    stamped = [row._replace(at=row.at + (early if row.inbound else opens)) for row in record.rows]
    return sorted(stamped, key=attrgetter("at"))  # stable: one time's rows stay in the matching engine's order


# -- the tables -------------------------------------------------------------------------------------


class _Request(NamedTuple):
    """What a participant sent, from `orders` and `order_terms`."""

    at: int
    seq: int
    order_id: int
    owner: int
    action: int
    side: int
    time_in_force: int
    price: int
    qty: int
    display_qty: int = -1
    post_only: int = 0
    peg: int = 0
    stop_px: int = 0
    trail: int = 0

    @property
    def order_type(self) -> str:
        if self.stop_px or self.trail:
            return "Stop_Limit" if self.price else "Stop"
        if self.peg:
            return "Pegged"
        if self.post_only:
            return "Passive_Only"
        return "Limit" if self.price else "Market"

    @property
    def peak(self) -> int:
        """Shares displayed at a time; -1: all of them."""
        return 0 if self.peg or self.stop_px or self.trail else self.display_qty


class _Report(NamedTuple):
    at: int
    seq: int
    order_id: int
    owner: int
    exec_type: int
    reason: int
    liquidity: int
    last_px: int
    last_qty: int
    leaves_qty: int


def _requests(tables: RunTables, venue: int) -> Iterator[_Request]:
    orders, terms = tables["orders"], tables["order_terms"]
    special = np.flatnonzero(terms["venue"] == venue)
    names = ("display_qty", "post_only", "peg", "stop_px", "trail")
    rows = zip(*(terms[name][special].tolist() for name in names), strict=True)
    more = dict(zip(terms["seq"][special].tolist(), rows, strict=True))
    here = np.flatnonzero((orders["venue"] == venue) & (orders["action"] != ACTION_BAD))
    for row in zip(*(orders[name][here].tolist() for name in _Request._fields[:9]), strict=True):
        yield _Request(*row, *more.get(row[1], ()))


def _reports(tables: RunTables, venue: int) -> Iterator[_Report]:
    reports = tables["reports"]
    rows = np.flatnonzero(reports["venue"] == venue)
    rows = rows[np.argsort(reports["seq"][rows], kind="stable")]
    return map(_Report, *(reports[name][rows].tolist() for name in _Report._fields))


# -- what the matching engine did, as rows ----------------------------------------------------------


class _Order:
    """What the rows of an order say besides a report itself."""

    __slots__ = ("name", "owner", "peak", "price", "request", "shown", "side")

    def __init__(self, name: str, owner: int, side: int, price: int, peak: int, request: str) -> None:
        self.name, self.owner, self.side, self.price, self.peak, self.request = name, owner, side, price, peak, request
        self.shown = 0

    def show(self, leaves: int, traded: int = 0) -> int:
        """Shares displayed while ``leaves`` are open; ``traded``: shares that it just traded at rest."""
        if self.peak < 0:
            return leaves
        self.shown -= traded
        if not traded or self.shown <= 0:
            self.shown = self.peak
        self.shown = min(self.shown, leaves)
        return self.shown


class _Record:
    """Rows in the matching engine's order, all stamped with its time."""

    def __init__(self, tables: RunTables) -> None:
        self.rows: list[RaceMessage] = []
        self._directory = tables.directory
        self._orders: dict[int, _Order] = {}
        self._names: set[str] = set()
        self._trades = 0
        self._regular, self._opening = True, False

    def step(self, request: _Request | None, reports: list[_Report]) -> None:
        """What one sequence number did."""
        own = [] if request is None else [report for report in reports if report.order_id == request.order_id]
        order = None if request is None else self._ask(request, own)
        partner: _Report | None = None
        for number, report in enumerate(reports):
            if report.exec_type == STATE:
                self._regular = report.reason == STATE_CONTINUOUS
                self._opening = report.reason == STATE_OPENING_AUCTION
            elif report.exec_type != TRADE:
                if request is not None and order is not None and report.order_id == request.order_id:
                    self._answer(request, order, report, reports[number + 1 :])
                else:
                    self._ended(report)
            elif partner is None:
                partner = report
            else:
                self._trade(report, partner)
                partner = None

    def _row(self, at: int, order: _Order, request: str, kind: str) -> RaceMessage:
        user = self._directory.agent(order.owner)
        return RaceMessage(
            at, user, user, order.name, request, kind, order.side, regular=self._regular, opening=self._opening
        )

    # -- inbound --------------------------------------------------------------------------------

    def _ask(self, request: _Request, own: list[_Report]) -> _Order:
        """Append the inbound row; the order that it is about."""
        answered = own[0].exec_type if own else -1
        name = f"R{request.seq}"
        order = self._order_of(request, answered, name)
        row = self._row(request.at, order, name, "New_Order")
        if request.action == ACTION_NEW:
            shown = request.qty if request.peak < 0 else min(request.peak, request.qty)
            row = row._replace(
                order_type=request.order_type,
                force=FORCES.get(request.time_in_force, "GoodTill"),
                qty=request.qty,
                display_qty=shown,
                price=request.price or -1,
                stop_px=request.stop_px or -1,
            )
        elif request.action == ACTION_CANCEL or answered == CANCELED:
            row = row._replace(type="Cancel_Request", original=order.request)
        else:
            price = request.price if request.action == ACTION_REPLACE else order.price
            qty = own[0].leaves_qty if answered == REPLACED else request.qty
            row = row._replace(type="Cancel_Replace_Request", original=order.request, qty=qty, price=price)
            order.price = price
        self.rows.append(row)
        return order

    def _order_of(self, request: _Request, answered: int, name: str) -> _Order:
        known = self._orders.get(request.order_id)
        if request.action != ACTION_NEW and known is not None and known.owner == request.owner:
            return known
        order = _Order(self._new_name(request), request.owner, request.side, request.price or -1, request.peak, name)
        if request.action == ACTION_NEW and answered != REJECTED:
            self._orders[request.order_id] = order
        return order

    def _new_name(self, request: _Request) -> str:
        name = f"O{request.order_id}"
        if name in self._names:
            name = f"{name}.{request.seq}"
        self._names.add(name)
        return name

    # -- outbound -------------------------------------------------------------------------------

    def _answer(self, request: _Request, order: _Order, report: _Report, later: list[_Report]) -> None:
        """The row of what the venue says to a request itself."""
        name = f"R{request.seq}"
        row = self._row(report.at, order, name, "Execution_Report")
        kind = report.exec_type
        if kind == NEW:
            if any(r.order_id == report.order_id and (r.exec_type == TRADE or r.exec_type in ENDS) for r in later):
                return
            shown = order.show(report.leaves_qty)
            row = row._replace(exec_type="Order_Accepted", display_qty=shown, leaves_qty=report.leaves_qty)
        elif kind == REPLACED:
            order.request = name
            shown = order.show(report.leaves_qty)
            row = row._replace(exec_type="Order_Replaced", display_qty=shown, leaves_qty=report.leaves_qty)
        elif kind == REJECTED:
            row = row._replace(exec_type="Order_Rejected")
        elif kind == CANCEL_REJECTED:
            too_late = report.reason == UNKNOWN_ORDER and self._orders.get(report.order_id) is order
            row = row._replace(type="Cancel_Reject", reject="TLTC" if too_late else "Other")
        elif kind in ENDS:
            asked = self.rows[-1].type == "Cancel_Request" and self.rows[-1].request == name
            row = row._replace(exec_type="Order_Cancelled" if asked else "Order_Expired")
        else:
            return
        self.rows.append(row)

    def _ended(self, report: _Report) -> None:
        """The row of an order that ended without a request."""
        order = self._orders.get(report.order_id)
        if report.exec_type in ENDS and order is not None:
            row = self._row(report.at, order, order.request, "Execution_Report")
            ended = "Order_Cancelled" if report.exec_type == CANCELED else "Order_Expired"
            self.rows.append(row._replace(exec_type=ended))

    def _trade(self, taker: _Report, maker: _Report) -> None:
        """The two rows of a trade, the taker's first."""
        self._trades += 1
        crossed = taker.liquidity == AUCTION
        for report, role in ((taker, "Aggressive"), (maker, "Passive")):
            order = self._orders[report.order_id]
            rested = crossed or role == "Passive"
            self.rows.append(
                self._row(report.at, order, order.request, "Execution_Report")._replace(
                    exec_type="Order_Executed",
                    display_qty=order.show(report.leaves_qty, report.last_qty if rested else 0),
                    leaves_qty=report.leaves_qty,
                    trade=f"T{self._trades}",
                    initiator="Other" if crossed else role,
                    status="Partial_Fill" if report.leaves_qty else "Full_Fill",
                    px=report.last_px,
                    executed_qty=report.last_qty,
                )
            )
