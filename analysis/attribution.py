"""What removed the displayed shares that a child order saw and missed: exact, share by share, from the log.

Rules
    target   the first min(qty, displayed) shares at or within the child's limit in the venue's book after the message
             (`seq`) whose quote the decision saw, in price-time priority, order by order.
    removed  target shares that an event took between that message and the child's arrival: a trade takes an order's
             shares from the front, a reduction from the back, a cancel or a replace that loses its place the rest.
    missed   max(0, target - filled). Shares that the child got instead of removed ones (later arrivals, shares beyond
             the target) are set against the latest removals: removals are charged oldest first, up to what was missed.
    The sum over causes is `missed`, exactly, child by child; anything else raises :class:`AttributionError`.

Causes
    "<kind> trade", "<kind> cancel" with the kind of the agent that traded, or cancelled or replaced its own order;
    "own sibling" a trade by another child of the same parent; "same router" by a child of another parent of the router;
    "session end", "<kind> expiry" of an order good till a time, "auction" (it traded there, or was for it alone),
    "self-trade" (taken out by its prevention), "price band" (moved by it); and, where the shares were there,
    "fill-or-kill" (not all of it could be filled), "rejected", "never arrived" (the run ended on the way; nothing else
    is charged then), "no continuous trading" (it arrived in a call or a halt, or the venue trades in batches), "price
    band", "price collar" or "self-trade" (that held the child itself back).

Displayed shares only
    Of an iceberg the peak that was shown; hidden orders, pegs and waiting stops are nobody's target, and what a child
    got from them counts as filled. A venue in a call or halted shows nothing: there is no target.

HFT share
    Target shares that a sniper's trade removed before the child arrived (also where others took their place), over
    target shares.

Does not model
    Children that are to rest, post-only or pegged, aim at nothing that is displayed.
    Dark pools: what is not displayed is not seen; their children have no target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from analysis.child_orders import ChildOrders, child_orders
from analysis.codes import (
    AUCTION,
    AUCTION_REMAINDER,
    EXPIRED,
    FOK,
    IOC,
    LOCKS_MARKET,
    PRICE_BAND,
    PRICE_COLLAR,
    REPRICED,
    RETURNED,
    SELF_TRADE,
    SESSION_END,
    STATE,
    STATE_CONTINUOUS,
    TAKER,
    TRADE_THROUGH,
)
from analysis.joins import NEVER
from analysis.resting import Removal, Stays, stays_by_side
from analysis.tables import Ints, RunTables

if TYPE_CHECKING:
    import pandas as pd

SNIPER: Final = "sniper"
OWN_SIBLING: Final = "own sibling"
SAME_ROUTER: Final = "same router"
FILL_OR_KILL: Final = "fill-or-kill"
REFUSED: Final = "rejected"
NEVER_ARRIVED: Final = "never arrived"
AT_SESSION_END: Final = "session end"
AT_AUCTION: Final = "auction"
NO_TRADING: Final = "no continuous trading"
HELD_BACK: Final = {
    SELF_TRADE: "self-trade",
    PRICE_BAND: "price band",
    PRICE_COLLAR: "price collar",
    **dict.fromkeys((TRADE_THROUGH, REPRICED, LOCKS_MARKET, RETURNED), "order protection"),
}
"""By the reason that a venue gave."""


class AttributionError(AssertionError):
    """The log contradicts itself: a child got fewer shares than its book still held for it."""


class Charge(NamedTuple):
    """Missed shares of one child and the event that removed them. ``row`` is its row in `reports`, -1: no event."""

    order_id: int
    venue: int
    cause: str
    shares: int
    at: int
    seq: int
    by_owner: int
    by_order: int
    row: int


class ChildTarget(NamedTuple):
    """What one lit child aimed at and what it got; shares. ``sniped`` is the numerator of the HFT share."""

    order_id: int
    parent_id: int
    owner: int
    venue: int
    target: int
    filled: int
    missed: int
    sniped: int


@dataclass(frozen=True)
class Attribution:
    """All lit children of a run with their targets, and every missed share with its cause."""

    targets: list[ChildTarget]
    charges: list[Charge]

    def target_table(self) -> pd.DataFrame:
        """One row per lit child."""
        import pandas as pd

        return pd.DataFrame(self.targets, columns=list(ChildTarget._fields))

    def charge_table(self) -> pd.DataFrame:
        """One row per child and event that cost it shares."""
        import pandas as pd

        return pd.DataFrame(self.charges, columns=list(Charge._fields))


def attribute(tables: RunTables) -> Attribution:
    """Attribute every displayed share that the run's children saw and missed (computed once a run).

    Raises:
        AttributionError: the sum is not exact for a child; the log or a venue is wrong.
    """
    return tables.once("attribution", _attribute)


def _attribute(tables: RunTables) -> Attribution:
    children = child_orders(tables)
    attribution = Attribution([], [])
    for venue in np.unique(children.venue).tolist():
        if not tables.directory.is_lit(venue):
            continue
        trial = _VenueTrial(tables, children, venue)
        for child in np.flatnonzero(children.venue == venue).tolist():
            target, charges = trial.of(child)
            attribution.targets.append(target)
            attribution.charges.extend(charges)
    return attribution


class _VenueTrial:
    """Holds one venue's book and answers, child by child, who took what."""

    def __init__(self, tables: RunTables, children: ChildOrders, venue: int) -> None:
        self._directory = tables.directory
        self._reports = tables["reports"]
        self._orders = tables["orders"]
        self._order_rows = _rows_by_seq(tables, venue)
        self._children = children
        self._parent_of = dict(zip(children.order_id.tolist(), children.parent_id.tolist(), strict=True))
        self._book = stays_by_side(tables["orders"], tables["reports"], venue, tables["order_terms"])
        self._phases = _Phases(tables, venue)
        self._takers = _takers(tables, venue)
        self._held_back = _held_back(tables, venue)
        terms = tables["child_terms"]
        self._posted = set(terms["order_id"][(terms["post_only"] > 0) | (terms["peg"] > 0)].tolist())
        """Children that were to rest."""

    def of(self, child: int) -> tuple[ChildTarget, list[Charge]]:
        c = self._children
        target, removed = self._removals(child)
        filled = int(c.filled[child])
        missed = max(0, target - filled)
        charges = list(self._charge(child, removed, missed))
        sniped = sum(x.shares for x in removed if x.cause == f"{SNIPER} trade")
        ids = (int(c.order_id[child]), int(c.parent_id[child]), int(c.owner[child]), int(c.venue[child]))
        return ChildTarget(*ids, target, filled, missed, sniped), charges

    def _removals(self, child: int) -> tuple[int, list[Charge]]:
        """The child's target, and what took which part of it before the child arrived, oldest first."""
        c = self._children
        seen, arrival, side = int(c.seen_seq[child]), int(c.arrival_seq[child]), int(c.side[child])
        if seen == NEVER or not self._phases.trades_at(seen) or int(c.order_id[child]) in self._posted:
            return 0, []
        stays, aimed, removed = self._book[-side], 0, []
        for stay in stays.queue_after(seen, side, int(c.price[child])).tolist():
            share = min(stays.leaves_after(stay, seen), int(c.qty[child]) - aimed)
            aimed += share
            if arrival != NEVER:
                took = stays.removed(stay, seen, arrival, share)
                removed += [self._charge_of(child, stays, stay, removal, shares) for removal, shares in took]
            if aimed == c.qty[child]:
                break
        return aimed, sorted(removed, key=lambda charge: (charge.seq, charge.row))

    def _charge(self, child: int, removed: list[Charge], missed: int) -> Iterator[Charge]:
        """Charge ``missed`` shares to the removals, oldest first; the rest to what the child itself was."""
        for charge in removed:
            shares = min(missed, charge.shares)
            if shares:
                yield charge._replace(shares=shares)
            missed -= shares
        if missed:
            yield self._own_fault(child, missed)

    def _own_fault(self, child: int, missed: int) -> Charge:
        c = self._children
        order_id, venue = int(c.order_id[child]), int(c.venue[child])
        if c.arrival_seq[child] == NEVER:
            cause = NEVER_ARRIVED
        elif c.refused[child]:
            cause = REFUSED
        elif c.time_in_force[child] == FOK:
            cause = FILL_OR_KILL
        elif order_id in self._held_back:
            cause = HELD_BACK[self._held_back[order_id]]
        elif self._phases.in_batches or not self._phases.trades_at(int(c.arrival_seq[child])):
            cause = NO_TRADING
        else:
            raise AttributionError(
                f"child {order_id} at {self._directory.venue(venue)}: {missed} of the displayed shares it aimed at "
                f"were still there when it arrived (seq {c.arrival_seq[child]}) and it did not get them"
            )
        at, seq, owner = int(c.arrival_at[child]), int(c.arrival_seq[child]), int(c.owner[child])
        return Charge(order_id, venue, cause, missed, at, seq, owner, order_id, -1)

    def _charge_of(self, child: int, stays: Stays, stay: int, removal: Removal, shares: int) -> Charge:
        c, reports = self._children, self._reports
        owner, order = int(stays.owner[stay]), int(stays.order_id[stay])
        if removal.traded and reports["liquidity"][removal.row] == AUCTION:
            cause = AT_AUCTION
        elif removal.traded:
            owner, order = self._taker(removal.seq, order)
            cause = self._trade_cause(child, owner, order)
        else:
            cause = self._cause_of_leaving(removal.row, owner)
        at = int(reports["at"][removal.row])
        ids = (int(c.order_id[child]), int(c.venue[child]))
        return Charge(*ids, cause, shares, at, removal.seq, owner, order, removal.row)

    def _taker(self, seq: int, maker_order: int) -> tuple[int, int]:
        """(agent, order) that traded with a resting order; without a row in `trades` whoever sent the message."""
        found = self._takers.get((seq, maker_order))
        if found is not None:
            return found
        row = int(self._order_rows[seq])
        return int(self._orders["owner"][row]), int(self._orders["order_id"][row])

    def _cause_of_leaving(self, row: int, owner: int) -> str:
        reason = int(self._reports["reason"][row])
        if reason == SESSION_END:
            return AT_SESSION_END
        if reason == AUCTION_REMAINDER:
            return AT_AUCTION
        if reason in HELD_BACK:
            return HELD_BACK[reason]
        did = "expiry" if self._reports["exec_type"][row] == EXPIRED else "cancel"
        return f"{self._directory.kind(owner)} {did}"

    def _trade_cause(self, child: int, taker: int, taker_order: int) -> str:
        c = self._children
        if taker != c.owner[child]:
            return f"{self._directory.kind(taker)} trade"
        if self._parent_of.get(taker_order) == c.parent_id[child]:
            return OWN_SIBLING
        return SAME_ROUTER


class _Phases:
    """When a venue traded continuously."""

    def __init__(self, tables: RunTables, venue: int) -> None:
        reports = tables["reports"]
        here = reports["venue"] == venue
        rows = np.flatnonzero(here & (reports["exec_type"] == STATE))
        self._seq, self._reason = reports["seq"][rows], reports["reason"][rows]
        self.in_batches = _trades_in_batches(tables, venue)
        """Does it trade in auctions alone?"""

    def trades_at(self, seq: int) -> bool:
        """Did it trade continuously after this message?"""
        last = int(np.searchsorted(self._seq, seq, side="right")) - 1
        return last < 0 or bool(self._reason[last] == STATE_CONTINUOUS)


def _trades_in_batches(tables: RunTables, venue: int) -> bool:
    """Nobody ever took there, and there were auctions, or an IOC order that ended later than it came."""
    reports, orders = tables["reports"], tables["orders"]
    here = reports["venue"] == venue
    if np.any(here & (reports["liquidity"] == TAKER)):
        return False
    if np.any(here & (reports["liquidity"] == AUCTION)):
        return True
    came = (orders["venue"] == venue) & (orders["time_in_force"] == IOC)
    seq_of = dict(zip(orders["order_id"][came].tolist(), orders["seq"][came].tolist(), strict=True))
    told = zip(reports["order_id"][here].tolist(), reports["seq"][here].tolist(), strict=True)
    return any(seq_of.get(order_id, seq) != seq for order_id, seq in told)


def _takers(tables: RunTables, venue: int) -> dict[tuple[int, int], tuple[int, int]]:
    """(sequence number, resting order) -> (agent, order) that traded with it."""
    trades = tables["trades"]
    here = np.flatnonzero(trades["venue"] == venue)
    columns = (trades[name][here].tolist() for name in ("seq", "maker_order", "taker", "taker_order"))
    return {(seq, maker): (taker, order) for seq, maker, taker, order in zip(*columns, strict=True)}


def _held_back(tables: RunTables, venue: int) -> dict[int, int]:
    """Orders that a rule of the venue held back, and the reason it gave."""
    reports = tables["reports"]
    rows = np.flatnonzero((reports["venue"] == venue) & np.isin(reports["reason"], list(HELD_BACK)))
    return dict(zip(reports["order_id"][rows].tolist(), reports["reason"][rows].tolist(), strict=True))


def _rows_by_seq(tables: RunTables, venue: int) -> Ints:
    """Row in `orders` of each of the venue's messages, by sequence number; NEVER where there is none."""
    orders = tables["orders"]
    here = np.flatnonzero(orders["venue"] == venue)
    seq = orders["seq"][here]
    rows = np.full(int(seq.max(initial=0)) + 1, NEVER, dtype=np.int64)
    rows[seq] = here
    return rows
