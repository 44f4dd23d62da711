"""Who won the races that a run's log shows: makers against snipers, a sweep's children against snipers, dark fills.

All from recorded tables. A quote is *stale* when it lies through the fundamental value as the log has it at that
moment; nobody in the market sees that value without delay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.attribution import SNIPER, attribute
from analysis.best_quotes import NO_ASK, NO_BID, NO_MID, best_quotes
from analysis.child_orders import child_orders, fills
from analysis.codes import ACTION_NEW, ACTION_REPLACE, CANCEL_REJECTED, MICROS_PER_DOLLAR, MICROS_PER_UNIT
from analysis.joins import pick
from analysis.tables import Columns, Ints, RunTables

MAKER_KIND = "market_maker"
END = 1 << 62
"""After the last message of every venue."""


@dataclass(frozen=True)
class Losses:
    """What makers lost to snipers on stale quotes: value less price, times shares; in how many trades."""

    dollars: float
    shares: int
    trades: int


def maker_losses(tables: RunTables, unheard: Mapping[str, int] | None = None) -> Losses:
    """Trades in which a sniper took a maker's quote that was through the fundamental value.

    Args:
        unheard: by venue, ns; a quote that a change of the value younger than this has made stale does not count, as no
            order at that venue can be an answer to it: at its price it must have been through every value since.
            Without it a trade that a change overtakes by chance is a loss.
    """
    trades, news = tables["trades"], tables["news"]
    ages = dict(unheard or {})
    age = np.array([ages.get(tables.directory.venue(int(venue)), 0) for venue in trades["venue"]], dtype=np.int64)
    by_sniper = _is_kind(tables, trades["taker"], SNIPER) & _is_kind(tables, trades["maker"], MAKER_KIND)
    edge = np.where(by_sniper, _least_edge(trades, news, age), 0)
    lost = edge > 0
    micros = int((edge[lost] * trades["qty"][lost]).sum()) * MICROS_PER_UNIT
    return Losses(micros / MICROS_PER_DOLLAR, int(trades["qty"][lost].sum()), int(lost.sum()))


def _least_edge(trades: Columns, news: Columns, age: Ints) -> Ints:
    """The least that takers gained against any value of the last ``age`` ns, price units a share; 0: no value yet."""
    first, last = (np.searchsorted(news["at"], when, side="right") - 1 for when in (trades["at"] - age, trades["at"]))
    side, price, value = trades["side"], trades["price"], news["value"]
    edge = np.where(last >= 0, side * (pick(value, last.astype(np.int64)) - price), 0)
    for back in range(1, int((last - first).max(initial=0)) + 1):
        row = last - back
        earlier = side * (pick(value, np.maximum(row, 0).astype(np.int64)) - price)
        edge = np.where(row >= np.maximum(first, 0), np.minimum(edge, earlier), edge)
    return np.where(first >= 0, edge, 0)


@dataclass(frozen=True)
class SweepFills:
    """First sweeps of parents at one venue: displayed shares aimed at, missed, and missed to snipers' trades."""

    aimed: int
    missed: int
    missed_to_snipers: int


def first_sweeps(tables: RunTables, through: str) -> dict[str, SweepFills]:
    """By venue, the children of each parent's first decision, where that decision also went to the venue ``through``.

    Raises:
        ValueError: the run has no venue of that name.
    """
    children = child_orders(tables)
    columns = (children.order_id, children.parent_id, children.decision, children.venue)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    first: dict[int, int] = {}
    swept: dict[int, set[int]] = {}
    for _, parent, decision, venue in rows:
        if first.setdefault(parent, decision) == decision:
            swept.setdefault(parent, set()).add(venue)
    names = tables.directory.venues
    anchor = next((number for number, name in names.items() if name == through), None)
    if anchor is None:
        raise ValueError(f"no venue {through!r}; venues: {', '.join(names.values())}")
    chosen = {child for child, parent, decision, _ in rows if first[parent] == decision and anchor in swept[parent]}
    found = attribute(tables)
    sums = {number: [0, 0, 0] for number in names if tables.directory.is_lit(number)}
    for target in found.targets:
        if target.order_id in chosen:
            sums[target.venue][0] += target.target
            sums[target.venue][1] += target.missed
    for charge in found.charges:
        if charge.order_id in chosen and charge.cause == f"{SNIPER} trade":
            sums[charge.venue][2] += charge.shares
    return {names[number]: SweepFills(*each) for number, each in sums.items()}


@dataclass(frozen=True)
class DarkSavings:
    """Dark fills of routers against the lit touch at that moment: shares, and sums of shares x price units."""

    shares: int
    saved: int
    spread: int

    @property
    def of_spread(self) -> float:
        """Saving per share over the spread; a fill at the true midpoint saves 0.5."""
        return self.saved / self.spread if self.spread else float("nan")


def dark_savings(tables: RunTables) -> DarkSavings:
    """What dark fills saved against taking the best displayed price of the lit venues at the same time."""
    done, best = fills(tables), best_quotes(tables)
    dark = np.array([not tables.directory.is_lit(int(venue)) for venue in done.venue], dtype=bool)
    at = done.at[dark]
    bid, ask = best.bid_at(at), best.ask_at(at)
    open_market = (bid != NO_BID) & (ask != NO_ASK) & (ask > bid)
    side, px, qty = done.side[dark][open_market], done.px[dark][open_market], done.qty[dark][open_market]
    bid, ask = bid[open_market], ask[open_market]
    touch = np.where(side > 0, ask, bid)
    return DarkSavings(int(qty.sum()), int((side * (touch - px) * qty).sum()), int(((ask - bid) * qty).sum()))


def dark_resting_markout(tables: RunTables, horizon: int) -> float:
    """Markout of the resting side of all dark trades, $ per share: its sign x (mid after the horizon (ns) - price).

    Negative: the resting orders were picked off. NaN without a dark trade that can be measured.
    """
    trades, best = tables["trades"], best_quotes(tables)
    dark = np.array([not tables.directory.is_lit(int(venue)) for venue in trades["venue"]], dtype=bool)
    later = trades["at"][dark] + horizon
    mid = best.mid_at(later)
    known = (mid != NO_MID) & (later <= tables.end)
    qty = trades["qty"][dark][known]
    if not qty.sum():
        return float("nan")
    moved = mid[known] - trades["price"][dark][known] * MICROS_PER_UNIT
    return float((-trades["side"][dark][known] * moved * qty).sum() / qty.sum() / MICROS_PER_DOLLAR)


@dataclass(frozen=True)
class Races:
    """Races over one venue's stale maker quotes: how many there were and how many the maker won."""

    runs: int
    won: int


def quote_races(tables: RunTables, edge: int, window: int) -> dict[str, Races]:
    """By venue: news that made a lone maker's best quote stale, and whether a sniper took it before it was gone.

    A race is a change of the value after which a venue's best quote, standing there alone, is a maker's and lies at
    least ``edge`` price units through the value. The maker has won when no sniper traded with that quote within
    ``window`` ns. News within a window of other news is left out: two races would be one.
    """
    names = tables.directory.venues
    return {names[venue]: _races_at(tables, venue, edge, window) for venue in names if tables.directory.is_lit(venue)}


def _races_at(tables: RunTables, venue: int, edge: int, window: int) -> Races:
    news, quotes, trades = tables["news"], tables["quotes"], tables["trades"]
    here = quotes["venue"] == venue
    times, seqs = quotes["at"][here], quotes["seq"][here]
    bids, asks = quotes["bid"][here], quotes["ask"][here]
    sizes = {1: quotes["ask_qty"][here], -1: quotes["bid_qty"][here]}
    makers = MakerQuotes(tables, venue)
    sniped = (trades["venue"] == venue) & _is_kind(tables, trades["taker"], SNIPER)
    sniped_at, sniped_order = trades["at"][sniped], trades["maker_order"][sniped]
    alone = np.diff(news["at"]) > window
    calm = np.append(alone, True) & np.insert(alone, 0, True) if len(news) else np.zeros(0, dtype=bool)
    runs = won = 0
    for at, value in zip(news["at"][calm].tolist(), news["value"][calm].tolist(), strict=True):
        row = int(np.searchsorted(times, at, side="right")) - 1
        if row < 0:
            continue
        for side, price in ((1, int(asks[row])), (-1, int(bids[row]))):
            if not sizes[side][row] or side * (value - price) < edge:
                continue
            order = makers.alone_at(-side, price, int(seqs[row]), int(sizes[side][row]))
            if order is None:
                continue
            runs += 1
            taken = (sniped_order == order) & (sniped_at >= at) & (sniped_at <= at + window)
            won += not bool(taken.any())
    return Races(runs, won)


class MakerQuotes:
    """Makers' orders at a venue by price and side: which one stood there after a message?

    A stint is (first message, first message after it, order, shares): an order at one price and size.
    """

    def __init__(self, tables: RunTables, venue: int) -> None:
        reports = tables["reports"]
        here = (reports["venue"] == venue) & _is_kind(tables, reports["owner"], MAKER_KIND)
        columns = ("seq", "order_id", "side", "exec_type", "leaves_qty")
        rows = zip(*(reports[column][here].tolist() for column in columns), strict=True)
        prices = _prices_by_message(tables, venue)
        open_stint: dict[int, tuple[int, int, int]] = {}
        sides: dict[int, int] = {}
        self._stints: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for seq, order, side, exec_type, leaves in rows:
            if exec_type == CANCEL_REJECTED:
                continue
            if order in open_stint:
                since, price, qty = open_stint.pop(order)
                self._stints.setdefault((side, price), []).append((since, seq, order, qty))
                before = price
            else:
                before = 0
            if leaves:
                open_stint[order] = (seq, prices.get((seq, order), before), leaves)
            sides[order] = side
        for order, (since, price, qty) in open_stint.items():
            self._stints.setdefault((sides[order], price), []).append((since, END, order, qty))

    def alone_at(self, side: int, price: int, seq: int, size: int) -> int | None:
        """The order that stood there after the message, when it is all of the displayed size."""
        for since, until, order, qty in self._stints.get((side, price), []):
            if since <= seq < until and qty == size:
                return order
        return None


def _prices_by_message(tables: RunTables, venue: int) -> dict[tuple[int, int], int]:
    """(message, order) -> the limit price that a new order or a replace named."""
    orders = tables["orders"]
    named = (orders["venue"] == venue) & np.isin(orders["action"], (ACTION_NEW, ACTION_REPLACE))
    columns = ("seq", "order_id", "price")
    rows = zip(*(orders[column][named].tolist() for column in columns), strict=True)
    return {(seq, order): price for seq, order, price in rows}


def _is_kind(tables: RunTables, owners: Ints, kind: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    wanted = [number for number, its in tables.directory.agent_kinds.items() if its == kind]
    return np.isin(owners, wanted)
