"""The record of the API's orders: parents, their children, fills. Kept in the market process, told by the desk.

What is recorded is what has reached the desk: a venue's fill shows here when its report has arrived.
Memory is bounded: of orders that have ended the latest are kept, the oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from api.wire import dollars
from venues.messages import (
    REASON_TEXT,
    UNITS_PER_DOLLAR,
    ExecType,
    ExecutionReport,
    OrdStatus,
    Side,
    Terms,
    TimeInForce,
)

KEPT: Final = 10_000
"""Orders that have ended and are still remembered; a parent is remembered with its children."""


@dataclass(slots=True)
class ParentRecord:
    """A parent order; notional in price units times shares."""

    parent_id: int
    side: Side
    qty: int
    limit: int | None
    at: int
    ends: int
    strategy: str | dict[str, Any] = ""
    status: str = "WORKING"
    ended_at: int | None = None
    cum_qty: int = 0
    notional: int = 0
    children: list[int] = field(default_factory=list)
    slice_of: int | None = None
    """The algorithm's order that it is a slice of."""
    slices: list[int] = field(default_factory=list)
    """Of an algorithm's order: its parents."""
    algo: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """As the API names it."""
        return f"P{self.parent_id}"


@dataclass(slots=True)
class ChildRecord:
    """A child order, of a parent or sent straight to a venue."""

    order_id: int
    parent_id: int | None
    venue: str
    side: Side
    qty: int
    price: int | None
    time_in_force: TimeInForce
    at: int
    status: str = "SENT"
    reason: str = ""
    done: bool = False
    cum_qty: int = 0
    notional: int = 0
    fills: list[dict[str, Any]] = field(default_factory=list)
    terms: Terms | None = None

    @property
    def id(self) -> str:
        """As the API names it."""
        return f"C{self.order_id}"


class Blotter:
    """Implements `scenarios.live.Listener`.

    Args:
        kept: ended orders that are remembered.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.parents: dict[int, ParentRecord] = {}
        self.children: dict[int, ChildRecord] = {}
        self.live = 0
        """Parents in work and direct children not ended."""
        self._kept = kept
        self._ended: OrderedDict[str, int] = OrderedDict()  # id -> orders that are forgotten with it
        self._ended_orders = 0
        self._updates: list[dict[str, Any]] = []

    # -- what the desk tells --------------------------------------------------------------------

    def parent_taken(self, parent_id: int, side: Side, qty: int, limit: int | None, at: int, ends: int) -> None:
        """A parent order is in work."""
        self.parents[parent_id] = record = ParentRecord(parent_id, side, qty, limit, at, ends)
        self.live += 1
        self._updates.append({"at": at, "id": record.id, "event": "TAKEN", "status": record.status})

    def child_sent(
        self,
        order_id: int,
        parent_id: int | None,
        venue: str,
        side: Side,
        qty: int,
        price: int | None,
        time_in_force: TimeInForce,
        at: int,
        terms: Terms | None = None,
    ) -> None:
        """A child order goes on the wire at ``at``."""
        record = ChildRecord(order_id, parent_id, venue, side, qty, price, time_in_force, at, terms=terms)
        self.children[order_id] = record
        if parent_id is None:
            self.live += 1
        else:
            self.parents[parent_id].children.append(order_id)
        self._tell(record, at, "SENT", {"venue": venue, "qty": qty, "price": money(price)})

    def slice_taken(self, parent_id: int, algo_id: int) -> None:
        """A parent that is in work is a slice of an algorithm's order."""
        self.parents[parent_id].slice_of = algo_id
        self.parents[algo_id].slices.append(parent_id)

    def reported(self, venue: str, report: ExecutionReport, arrived: int, text: str = "") -> None:
        """A venue's report has reached the desk; ``text``: why the desk's own pre-trade risk refused it."""
        record = self.children.get(report.order_id)
        if record is None:
            return
        told: dict[str, Any] = {}
        if report.exec_type is ExecType.TRADE:
            told = self._book(record, report, arrived)
        if report.exec_type is not ExecType.CANCEL_REJECTED:
            record.status = report.ord_status.name
            record.done = report.ord_status in _FINAL
            record.reason = text or REASON_TEXT[report.reason]
        if report.exec_type in _ACCEPTED:
            record.price, record.qty = report.price, report.order_qty
        told["reason"] = text or REASON_TEXT[report.reason]
        self._tell(record, arrived, report.exec_type.name, told)
        if record.done and record.parent_id is None:
            self._forget_later(record.id, 1)

    def parent_ended(self, parent_id: int, status: str, at: int) -> None:
        """The work on a parent has ended."""
        record = self.parents[parent_id]
        record.status, record.ended_at = status, at
        for order_id in record.children:
            child = self.children[order_id]
            if not child.done:  # it was to leave later, and was recalled
                child.status, child.done, child.reason = "NOT_SENT", True, "its parent ended before it was to leave"
        self._updates.append({"at": at, "id": record.id, "event": "ENDED", "status": status, "cum_qty": record.cum_qty})
        self._forget_later(record.id, 1 + len(record.children))

    # -- what the API asks ----------------------------------------------------------------------

    def updates(self) -> list[dict[str, Any]]:
        """What happened since the last call."""
        taken, self._updates = self._updates, []
        return taken

    def status(self, name: str) -> dict[str, Any] | None:
        """An order by its API id, with its children and fills; None: unknown, or forgotten."""
        number = int(name[1:])
        if name[0] == "P":
            parent = self.parents.get(number)
            return None if parent is None else self._parent_status(parent)
        child = self.children.get(number)
        return None if child is None else child_status(child)

    def newest(self, most: int) -> list[dict[str, Any]]:
        """The latest orders, newest first; children of parents stand in their parents' status."""
        orders: list[ParentRecord | ChildRecord] = [*self.parents.values()]
        orders += [child for child in self.children.values() if child.parent_id is None]
        orders.sort(key=lambda order: (order.at, order.id), reverse=True)
        return [parent_line(o) if isinstance(o, ParentRecord) else child_status(o) for o in orders[:most]]

    # -- the parts ------------------------------------------------------------------------------

    def _book(self, record: ChildRecord, report: ExecutionReport, arrived: int) -> dict[str, Any]:
        fill = {
            "at": report.at,
            "reported_at": arrived,
            "price": dollars(report.last_px),
            "qty": report.last_qty,
            "liquidity": report.liquidity.name,
        }
        record.fills.append(fill)
        parent = None if record.parent_id is None else self.parents[record.parent_id]
        whole = None if parent is None or parent.slice_of is None else self.parents.get(parent.slice_of)
        for filled in (record, parent, whole):
            if filled is None:
                continue
            filled.cum_qty += report.last_qty
            filled.notional += report.last_px * report.last_qty
        return {"fill": fill}

    def _tell(self, record: ChildRecord, at: int, event: str, more: dict[str, Any]) -> None:
        about = {"at": at, "id": record.id, "parent": parent_name(record), "event": event, "status": record.status}
        self._updates.append({**about, "cum_qty": record.cum_qty, **more})

    def _parent_status(self, parent: ParentRecord) -> dict[str, Any]:
        return {**parent_line(parent), "children": [child_status(self.children[number]) for number in parent.children]}

    def _forget_later(self, name: str, orders: int) -> None:
        self.live -= 1
        self._ended[name] = orders
        self._ended_orders += orders
        while self._ended_orders > self._kept and len(self._ended) > 1:
            oldest, gone = self._ended.popitem(last=False)
            self._ended_orders -= gone
            self._forget(oldest)

    def _forget(self, name: str) -> None:
        if name[0] == "C":
            del self.children[int(name[1:])]
            return
        for order_id in self.parents.pop(int(name[1:])).children:
            del self.children[order_id]


_ACCEPTED: Final = (ExecType.NEW, ExecType.REPLACED, ExecType.TRIGGERED, ExecType.RESTATED)
"""Reports that say at what price, and for how many shares, an order stands: the venue may have moved it."""

_FINAL: Final = (OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED)


def parent_line(parent: ParentRecord) -> dict[str, Any]:
    """A parent order without its children."""
    return {
        "id": parent.id,
        "kind": "parent",
        "status": parent.status,
        "side": parent.side.name,
        "qty": parent.qty,
        "limit": money(parent.limit),
        "strategy": parent.strategy,
        "cum_qty": parent.cum_qty,
        "leaves_qty": parent.qty - parent.cum_qty,
        "average_price": average(parent.notional, parent.cum_qty),
        "at": parent.at,
        "ends": parent.ends,
        "ended_at": parent.ended_at,
        **({} if parent.slice_of is None else {"slice_of": f"P{parent.slice_of}"}),
        **({} if parent.algo is None else {"algo": parent.algo, "slices": [f"P{piece}" for piece in parent.slices]}),
    }


def child_status(child: ChildRecord) -> dict[str, Any]:
    """A child order with its fills."""
    return {
        "id": child.id,
        "kind": "child",
        "parent": parent_name(child),
        "status": child.status,
        "reason": child.reason,
        "venue": child.venue,
        "side": child.side.name,
        "qty": child.qty,
        "price": money(child.price),
        "time_in_force": child.time_in_force.name,
        "terms": said_terms(child.terms),
        "cum_qty": child.cum_qty,
        "leaves_qty": 0 if child.done else child.qty - child.cum_qty,
        "average_price": average(child.notional, child.cum_qty),
        "at": child.at,
        "fills": child.fills,
    }


def said_terms(terms: Terms | None) -> dict[str, Any]:
    """What an order says besides price and time, as it was asked for.

    >>> said_terms(Terms(display_qty=100, stop_px=1_000_000))
    {'display_qty': 100, 'stop_px': '100.00'}
    """
    if terms is None:
        return {}
    plain = Terms()
    said = {name: value for name, value in terms._asdict().items() if value != getattr(plain, name)}
    return {name: _TERM_WORDS.get(name, lambda value: value)(value) for name, value in said.items()}


_TERM_WORDS: Final[dict[str, Callable[[Any], Any]]] = {
    "peg": lambda peg: peg.name,
    **dict.fromkeys(("peg_offset", "stop_px", "trail", "trail_step", "budget"), dollars),
}


def parent_name(child: ChildRecord) -> str | None:
    """The parent as the API names it."""
    return None if child.parent_id is None else f"P{child.parent_id}"


def money(units: int | None) -> str | None:
    """Decimal dollars; None stays None."""
    return None if units is None else dollars(units)


def average(notional: int, qty: int) -> str | None:
    """Decimal dollars a share, rounded half to even to six places; None: nothing filled.

    >>> average(3 * 1_000_100, 3), average(2_000_101, 3)
    ('100.010000', '66.670033')
    """
    if not qty:
        return None
    scale = 1_000_000 // UNITS_PER_DOLLAR
    whole, rest = divmod(notional * scale, qty)
    rounded = whole + (2 * rest > qty or (2 * rest == qty and whole % 2 == 1))
    return f"{rounded // 1_000_000}.{rounded % 1_000_000:06d}"
