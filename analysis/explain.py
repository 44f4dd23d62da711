"""A parent order's timeline: what its router saw, what it sent, what came back, and what beat it.

Times are relative to the parent's arrival at the router. Fills, arrivals and misses stand at the venue's time: the
router heard of them one report link later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from analysis.algo_story import algo_timeline, slice_line
from analysis.attribution import Charge, ChildTarget, attribute
from analysis.best_quotes import NO_ASK, NO_BID, best_quotes
from analysis.child_orders import ChildOrders, child_orders
from analysis.codes import (
    CANCEL_REJECTED,
    CANCELED,
    EXPIRED,
    MICROS_PER_UNIT,
    PARENT_STATUS,
    REASONS,
    REJECTED,
    REPLACED,
    RESTATED,
    SIDES,
    TIMES_IN_FORCE,
    TRADE,
    TRIGGERED,
)
from analysis.decision_terms import terms_table
from analysis.joins import NEVER
from analysis.ledger import parent_ledger
from analysis.risk import risk_lines
from analysis.tables import Ints, RunTables
from analysis.wording import NO_SCORE, dollars, duration, plural, price, seconds

NEAREST: Final = 3
PEGS: Final = {1: "primary", 2: "midpoint", 3: "market"}


class UnknownOrder(ValueError):
    """The run has no parent or child order with this id."""


class Line(NamedTuple):
    """A line of a timeline. ``rank`` orders lines of equal times: a decision, its children, what came of them."""

    at: int
    rank: int
    order: int
    text: str


DECIDED, SENT, MISSED, ANSWERED, ENDED = range(5)


def timeline(tables: RunTables, order_id: int) -> str:
    """The timeline of a parent order, of the parent of a child order, or of an algorithm's order, as text.

    Raises:
        UnknownOrder: neither parent nor child; the message names the range of ids and the nearest ones.
    """
    if order_id in tables["algo_orders"]["algo_id"]:
        return algo_timeline(tables, order_id)
    parent_id = _parent_of(tables, order_id)
    story = _Story(tables, parent_id)
    lines = sorted(story.lines())
    return "\n".join([*story.heading(), "", *(line.text for line in lines)])


class Recorded(Protocol):
    """A run in memory."""

    @property
    def tables(self) -> RunTables:
        """Its recorded tables."""


def explain(run: Recorded | Path | str, order_id: int) -> str:
    """The timeline of a parent order, or of a child's parent, of a run in memory or of a run folder.

    Raises:
        UnknownOrder: the run has no such order.
        RunFolderError, sim.log.LogError: the folder is not what a run writes.
    """
    return timeline(RunTables.read(run) if isinstance(run, (str, Path)) else run.tables, order_id)


def _parent_of(tables: RunTables, order_id: int) -> int:
    parents, children = tables["parents"]["parent_id"], tables["children"]
    if order_id in parents:
        return order_id
    mine = np.flatnonzero(children["order_id"] == order_id)
    if len(mine):
        return int(children["parent_id"][mine[0]])
    raise UnknownOrder(_unknown(order_id, parents, children["order_id"]))


def _unknown(order_id: int, parents: Ints, children: Ints) -> str:
    if not len(parents):
        return f"no order {order_id}: this run has no parent orders"
    known = np.unique(np.concatenate([parents, children]))
    nearest = sorted(known[np.argsort(np.abs(known - order_id), kind="stable")[:NEAREST]].tolist())
    return (
        f"no parent or child order {order_id}; parents are {_range(parents)}"
        f"{f', children {_range(children)}' if len(children) else ''}; nearest: {', '.join(map(str, nearest))}"
    )


def _range(ids: Ints) -> str:
    return f"{ids.min()} to {ids.max()}" if ids.min() < ids.max() else f"{ids.min()}"


class _Story:
    """Everything that one timeline is made of."""

    def __init__(self, tables: RunTables, parent_id: int) -> None:
        self.tables = tables
        self.who = tables.directory
        self.parent_id = parent_id
        ledger = parent_ledger(tables)
        found = ledger[ledger["parent_id"] == parent_id].iloc[0]
        self.parent = {str(name): int(value) for name, value in found.items()}
        self.children: ChildOrders = child_orders(tables)
        self.own = np.flatnonzero(self.children.parent_id == parent_id).tolist()

    # -- the heading ----------------------------------------------------------------------------

    def heading(self) -> list[str]:
        """Who wants what, on which market, and how it ended."""
        p = self.parent
        symbol = self.tables.market.get("instrument", {}).get("symbol", "")
        limit = f"limit {price(p['limit'])}" if p["limit"] else "no limit"
        span = f"arrives {seconds(p['at'])}, horizon {duration(p['ends'] - p['at'])}"
        wants = f"{self.who.agent(p['owner'])} {SIDES[p['side']]} {p['qty']} {symbol}".rstrip()
        head = [f"parent {self.parent_id}: {wants}, {limit}; {span}", *slice_line(self.tables, self.parent_id)]
        return [*head, self._arrival_quote(), self._outcome()]

    def _arrival_quote(self) -> str:
        best, at = best_quotes(self.tables), np.array([self.parent["at"]], dtype=np.int64)
        bid, ask = int(best.bid_at(at)[0]), int(best.ask_at(at)[0])
        sides = f"{'none' if bid == NO_BID else price(bid)} x {'none' if ask == NO_ASK else price(ask)}"
        mid = f"mid {dollars(self.parent['arrival_mid'])[1:]}" if self.parent["priced"] else "no mid yet"
        return f"arrival NBBO (the venues' own books): {sides}, {mid}"

    def _outcome(self) -> str:
        p = self.parent
        status = PARENT_STATUS.get(p["status"], "still open at the end of the run")
        took = f"after {duration(p['ended_at'] - p['at'])}, {plural(len(self.own), 'child order')}"
        if not p["filled"]:
            return f"{status}: nothing filled {took}"
        average = p["paid"] / p["filled"] / 1e6
        cost = ""
        if p["priced"]:
            slippage = p["side"] * (p["paid"] - p["arrival_mid"] * p["filled"]) / (p["arrival_mid"] * p["filled"]) * 1e4
            all_in = f"all-in {dollars(p['shortfall'])} = {p['shortfall'] / p['qty'] / 1e6:+.5f} $/share"
            cost = f" ({slippage:+.2f} bp), fees {dollars(p['fees'])}, {all_in}"
        return f"{status}: {p['filled']} of {p['qty']} at {average:.4f}{cost}, {took}"

    # -- the lines ------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """All that happened, in no order."""
        yield from self._decisions()
        for child in self.own:
            yield self._sent(child)
        yield from self._reports()
        for at, order_id, said in risk_lines(self.tables, self.parent_id):
            yield self._line(at, SENT, order_id, said)
        yield from self._misses()
        end = PARENT_STATUS.get(self.parent["status"], "the run ended first")
        leaves = self.parent["qty"] - self.parent["filled"]
        yield self._line(self.parent["ended_at"], ENDED, 0, f"end: {end}, {plural(leaves, 'share')} left")

    def _line(self, at: int, rank: int, order: int, text: str) -> Line:
        since = at - self.parent["at"]
        return Line(at, rank, order, f"{f'+{since / 1000:,.1f} us':>16}  {text}")

    def _decisions(self) -> Iterator[Line]:
        decisions = self.tables["decisions"]
        rows = np.flatnonzero(decisions["parent_id"] == self.parent_id)
        for decision in np.unique(decisions["decision"][rows]).tolist():
            seen = rows[decisions["decision"][rows] == decision].tolist()
            at = int(decisions["at"][seen[0]])
            view = "\n".join(f"{'':18}{row}" for row in self._view(seen, at))
            text = f"decision {decision} on this view:\n{view}"
            terms = "\n".join(f"{'':18}{row}" for row in terms_table(self.tables, self.parent_id, decision))
            yield self._line(at, DECIDED, decision, f"{text}\n{'':18}terms, $/share:\n{terms}" if terms else text)

    def _view(self, rows: list[int], at: int) -> Iterator[str]:
        """The venues as the decision saw them."""
        decisions = self.tables["decisions"]
        yield f"{'venue':<12} {'bid':>10} {'size':>6} {'ask':>10} {'size':>6} {'age':>10} {'score $':>10} {'sent':>6}"
        for row in rows:
            bid, bid_qty, ask, ask_qty = (int(decisions[c][row]) for c in ("bid", "bid_qty", "ask", "ask_qty"))
            score, sent = int(decisions["score"][row]), int(decisions["sent_qty"][row])
            quoted = int(decisions["quote_at"][row])
            cells = [
                f"{self.who.venue(int(decisions['venue'][row])):<12}",
                f"{price(bid) if bid_qty else '-':>10} {bid_qty or '-':>6}",
                f"{price(ask) if ask_qty else '-':>10} {ask_qty or '-':>6}",
                f"{duration(at - quoted) if bid_qty or ask_qty else '-':>10}",
                f"{'-' if score == NO_SCORE else f'{score / 1e6:.6f}':>10}",
                f"{sent or '-':>6}",
            ]
            yield " ".join(cells).rstrip()

    def _sent(self, child: int) -> Line:
        c = self.children
        limit = f"limit {price(int(c.price[child]))}" if c.price[child] else "market"
        terms = f"{int(c.qty[child])} {TIMES_IN_FORCE[int(c.time_in_force[child])]} {limit}"
        wire = int(c.leaves_at[child])
        terms += self._more_than_plain(int(c.order_id[child]))
        text = f"child {int(c.order_id[child])} to {self.who.venue(int(c.venue[child]))}: {terms}"
        if c.arrival_at[child] == NEVER:
            text += ", never arrived"
        else:
            text += f", arrives {duration(int(c.arrival_at[child]) - wire)} later"
        return self._line(wire, SENT, int(c.order_id[child]), text)

    def _more_than_plain(self, order_id: int) -> str:
        """A child's terms in words, with a comma before each."""
        logged = self.tables["child_terms"]
        rows = np.flatnonzero(logged["order_id"] == order_id)
        if not len(rows):
            return ""
        said = {name: int(logged[name][rows[0]]) for name in ("iso", "post_only", "peg", "display_qty", "min_qty")}
        shown = {-1: "", 0: "hidden"}.get(said["display_qty"], f"{said['display_qty']} displayed")
        words = (
            "intermarket sweep" if said["iso"] else "",
            "post-only" if said["post_only"] else "",
            f"{PEGS[said['peg']]} peg" if said["peg"] else "",
            shown,
            f"at least {said['min_qty']}" if said["min_qty"] else "",
        )
        return "".join(f", {word}" for word in words if word)

    def _reports(self) -> Iterator[Line]:
        """What the venues said of the children, NEW left out."""
        reports, c = self.tables["reports"], self.children
        ids = {int(c.order_id[child]): int(c.venue[child]) for child in self.own}
        told = np.isin(reports["order_id"], list(ids)) & (reports["owner"] == self.parent["owner"])
        for row in np.flatnonzero(told & (reports["exec_type"] > 0)).tolist():
            order_id = int(reports["order_id"][row])
            if reports["venue"][row] == ids[order_id]:
                at = int(reports["at"][row])
                yield self._line(at, ANSWERED, row, f"child {order_id} {self._said(row)}")

    def _said(self, row: int) -> str:
        reports = self.tables["reports"]
        names = ("exec_type", "reason", "last_px", "last_qty", "leaves_qty", "price", "venue")
        kind, reason_code, px, qty, left, limit, venue_number = (int(reports[name][row]) for name in names)
        venue, reason = self.who.venue(venue_number), REASONS.get(reason_code, f"reason {reason_code}")
        said = {
            TRADE: f"fills {qty} at {price(px)} at {venue}{self._fill_cost(row)}, {left} left",
            CANCELED: f"is cancelled at {venue}: {reason}",
            REPLACED: f"is replaced at {venue}, {left} open",
            REJECTED: f"is rejected by {venue}: {reason}",
            CANCEL_REJECTED: f"could not be cancelled at {venue}: {reason}",
            EXPIRED: f"expires at {venue}",
            TRIGGERED: f"is triggered at {venue}, {left} open",
            RESTATED: f"is changed by {venue}: {reason}{f', limit {price(limit)}' if limit else ''}, {left} open",
        }
        return said[kind]

    def _fill_cost(self, row: int) -> str:
        reports, p = self.tables["reports"], self.parent
        fee = f", fee {dollars(int(reports['fee'][row]))}"
        if not p["priced"]:
            return fee
        away = p["side"] * (int(reports["last_px"][row]) * MICROS_PER_UNIT - p["arrival_mid"])
        return f" ({away / p['arrival_mid'] * 1e4:+.2f} bp){fee}"

    def _misses(self) -> Iterator[Line]:
        attribution, c = attribute(self.tables), self.children
        arrivals = {int(c.order_id[child]): int(c.arrival_at[child]) for child in self.own}
        targets = {t.order_id: t for t in attribution.targets if t.order_id in arrivals and t.missed}
        charges = (charge for charge in attribution.charges if charge.order_id in targets)
        for order_id, own in _by_child(charges).items():
            target = targets[order_id]
            at = arrivals[order_id] if arrivals[order_id] != NEVER else self.parent["ended_at"]
            yield self._line(at, MISSED, order_id, self._missed(target, own, at))

    def _missed(self, target: ChildTarget, charges: list[Charge], arrival: int) -> str:
        head = f"child {target.order_id} misses {target.missed} of the {target.target} displayed shares it aimed at:"
        return "\n".join([head, *(f"{'':20}{self._beaten_by(charge, arrival)}" for charge in _merged(charges))])

    def _beaten_by(self, charge: Charge, arrival: int) -> str:
        shares = f"{charge.shares:>6} "
        if charge.row < 0:
            return shares + charge.cause
        lead = duration(arrival - charge.at)
        return f"{shares}{charge.cause}: {self.who.agent(charge.by_owner)}, order {charge.by_order}, {lead} earlier"


def _by_child(charges: Iterable[Charge]) -> dict[int, list[Charge]]:
    grouped: dict[int, list[Charge]] = {}
    for charge in charges:
        grouped.setdefault(charge.order_id, []).append(charge)
    return grouped


def _merged(charges: Iterable[Charge]) -> Iterator[Charge]:
    """One charge per message that took shares: a trade may have taken several orders' of them."""
    by_message: dict[tuple[int, str, int], Charge] = {}
    for charge in charges:
        key = (charge.seq, charge.cause, charge.by_order)
        known = by_message.get(key)
        by_message[key] = charge if known is None else known._replace(shares=known.shares + charge.shares)
    yield from by_message.values()
