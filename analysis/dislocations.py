"""Dislocations: when the SIP's best quote is not the best of the venues' own feeds, as one observer sees both.

Rules
    From the tables `quotes` (venues' own best, stamped at the venue) and `nbbo` (stamped when the SIP published it). An
    :class:`Observer` stands at the end of fixed paths: a venue's quote is there after its direct path, the SIP's NBBO
    after the SIP's. Jitter of links is left out; queues and jitter before and in the SIP are in its stamps.
    A dislocation of a side (bid or ask) is a time without interruption in which both prices are known and differ. It is
    [start, end): changes at one and the same nanosecond count together. Its size is the largest difference in it.
    Counted from the warm-up to the end of the run. One that is cut off there counts for the shares of time, not for
    durations.
    A trade at a lit venue counts as made during a dislocation when its print reaches the observer strictly inside one:
    what starts with the trade was not there before it.
    Direct feeds show odd lots, the SIP by default does not: a difference while the best price is shown by less than a
    round lot everywhere counts like any other, and is told apart (`odd_lot`).

Does not model
    Trades at dark venues, and prints of auctions as what they are: an auction's trade counts like another one.

Sources: B. Tivnan et al., "Fragmentation and inefficiencies in US equity markets: Evidence from the Dow 30", PLoS ONE
15 (2020). S. Ding, J. Hanna, T. Hendershott, "How slow is the NBBO?", Financial Review 49 (2014). R. Bartlett,
J. McCrary, "How rigged are stock markets?", Journal of Financial Markets 45 (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.codes import BUY, MICROS_PER_DOLLAR, MICROS_PER_UNIT
from analysis.joins import pick
from analysis.tables import Ints, RunTables

Flags = npt.NDArray[np.bool_]

NONE: Final = -(1 << 62)
"""No price."""

US: Final = 1_000
DURATIONS: Final = tuple(edge * US for edge in (0, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000))
"""Lower edges of the histogram of durations, ns."""

SIDES: Final = {"bid": 1, "ask": -1}


@dataclass(frozen=True)
class Observer:
    """Somebody's paths, ns: by venue, from its engine, and from where the SIP publishes. Venues not named: 0."""

    name: str = "the sources"
    direct: Mapping[str, int] = field(default_factory=dict)
    sip: int = 0


def observers(tables: RunTables) -> dict[str, Observer]:
    """Those whose paths the run's ``market.json`` states: its routers, by name."""
    stated: Mapping[str, Any] = tables.market.get("observers", {})
    return {name: Observer(name, paths["direct"], paths["sip"]) for name, paths in stated.items()}


@dataclass(frozen=True)
class Steps:
    """A price that holds from each time to the next; NONE: there is none."""

    at: Ints
    price: Ints

    def after(self, times: Ints) -> Ints:
        """As it is at each time, changes at that time included."""
        return self._row(np.searchsorted(self.at, times, side="right"))

    def before(self, times: Ints) -> Ints:
        """As it was just before each time."""
        return self._row(np.searchsorted(self.at, times, side="left"))

    def _row(self, found: Any) -> Ints:
        return pick(self.price, found.astype(np.int64) - 1, NONE)


@dataclass(frozen=True)
class TradesSeen:
    """The run's trades at lit venues against both quotes just before their prints arrive.

    ``gain`` is what the taker would have gained a share at the SIP's price over the direct one, price units: positive
    when the SIP's is the better one for it; 0 where one of them is not known.
    """

    qty: Ints
    gain: Ints
    known: Flags
    inside: Flags
    """During a dislocation of either side."""

    @property
    def share(self) -> float:
        """Share of the trades that were made during a dislocation."""
        return float(self.inside.mean()) if len(self.inside) else float("nan")

    @property
    def matching(self) -> float:
        """Share of the trades whose taker saw the same price in both."""
        return float((self.gain[self.known] == 0).mean()) if self.known.any() else float("nan")

    @property
    def gained(self) -> float:
        """Dollars that takers would have gained at the SIP's prices where these were better."""
        return self._dollars(self.gain > 0)

    @property
    def lost(self) -> float:
        """Dollars that takers would have lost at the SIP's prices where these were worse."""
        return -self._dollars(self.gain < 0)

    @property
    def gain_per_share(self) -> float:
        """Mean of both over all shares, $: what takers gain if their trades are priced at the SIP."""
        shares = int(self.qty[self.known].sum())
        return (self.gained - self.lost) / shares if shares else float("nan")

    def _dollars(self, rows: Flags) -> float:
        units = int((self.gain[rows] * self.qty[rows]).sum())
        return units * MICROS_PER_UNIT / MICROS_PER_DOLLAR


@dataclass(frozen=True)
class Dislocations:
    """All dislocations of a run, as an observer sees them; one row each, bids first, by their start (ns).

    Attributes:
        side: 1 bid, -1 ask; size: price units.
        whole: not cut off by the warm-up or the end.
        odd_lot: the direct best was of less than a round lot when it began.
        observed: ns in which both prices of a side were known, by side.
        dislocated: ns in which either side was dislocated; length: ns from the warm-up to the end.
    """

    observer: Observer
    tick: int
    side: Ints
    start: Ints
    end: Ints
    size: Ints
    whole: Flags
    odd_lot: Flags
    observed: Mapping[str, int]
    dislocated: int
    length: int
    trades: TradesSeen

    @property
    def duration(self) -> Ints:
        """ns, of the whole ones."""
        return (self.end - self.start)[self.whole]

    @property
    def share_of_time(self) -> float:
        """Share of the time in which either side was dislocated."""
        return self.dislocated / self.length if self.length else float("nan")

    def share_of(self, side: str) -> float:
        """Share of the time in which both prices of ``bid`` or ``ask`` were known and differed."""
        here = self.side == SIDES[side]
        observed = self.observed[side]
        return float((self.end - self.start)[here].sum()) / observed if observed else float("nan")

    @property
    def per_second(self) -> float:
        """How many begin in a second."""
        return len(self.start) / (self.length / 1e9) if self.length else float("nan")

    def histogram(self) -> dict[int, int]:
        """Whole dislocations by the lower edge of their duration, ns."""
        place = np.searchsorted(np.array(DURATIONS), self.duration, side="right") - 1
        return {edge: int((place == number).sum()) for number, edge in enumerate(DURATIONS)}

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values; None where there is nothing to measure."""
        duration = self.duration
        figures = {
            "dislocations": len(self.start),
            "per_second": self.per_second,
            "share_of_time": self.share_of_time,
            "share_of_time_bid": self.share_of("bid"),
            "share_of_time_ask": self.share_of("ask"),
            "median_duration_ns": float(np.median(duration)) if len(duration) else float("nan"),
            "mean_size_ticks": float(self.size.mean()) / self.tick if len(self.size) else float("nan"),
            "odd_lots": int(self.odd_lot.sum()),
            "trades": len(self.trades.qty),
            "share_of_trades": self.trades.share,
            "matching_trades": self.trades.matching,
            "gain_per_share": self.trades.gain_per_share,
            "gained": self.trades.gained,
            "lost": self.trades.lost,
        }
        plain: dict[str, Any] = {name: None if value != value else value for name, value in figures.items()}
        plain["durations_ns"] = {str(edge): count for edge, count in self.histogram().items()}
        plain["observer"] = {
            "name": self.observer.name, "direct": dict(self.observer.direct), "sip": self.observer.sip,
        }  # fmt: skip
        return plain


def dislocations(tables: RunTables, observer: Observer | None = None) -> Dislocations:
    """The dislocations of a run as an observer sees them; without one, at the sources: no path takes any time.

    Raises:
        ValueError: the run has no SIP.
    """
    if not len(tables["nbbo"]):
        raise ValueError("the run has no SIP: its scenario has no `feeds: {sip: {}}`, or nothing was quoted")
    seen = observer or Observer()
    start, end = _window(tables)
    found: list[tuple[Ints, Ints, Ints, Flags]] = []
    observed: dict[str, int] = {}
    steps: dict[str, tuple[Steps, Steps]] = {}
    for side in SIDES:
        direct, odd = _direct(tables, seen, side)
        sip = _of_sip(tables, seen, side)
        steps[side] = direct, sip
        begins, ends, size, observed[side] = _apart(direct, sip, start, end)
        found.append((begins, ends, size, odd.after(begins) == 1))
    sides = np.concatenate([np.full(len(each[0]), SIDES[side]) for side, each in zip(SIDES, found, strict=True)])
    begins, ends, size, odd_lot = (np.concatenate([each[column] for each in found]) for column in range(4))
    return Dislocations(
        observer=seen,
        tick=int(tables.market.get("instrument", {}).get("tick", 100)),
        side=sides.astype(np.int64),
        start=begins,
        end=ends,
        size=size,
        whole=(begins > start) & (ends < end),
        odd_lot=odd_lot.astype(np.bool_),
        observed=observed,
        dislocated=_covered(begins, ends),
        length=end - start,
        trades=_trades(tables, seen, steps, begins, ends, (start, end)),
    )


def _window(tables: RunTables) -> tuple[int, int]:
    """From the warm-up to the end that the scenario sets, ns."""
    end = int(tables.market.get("duration") or 0) or tables.end
    return int(tables.market.get("warm_up") or 0), end


# -- what is seen -----------------------------------------------------------------------------------


def _direct(tables: RunTables, observer: Observer, side: str) -> tuple[Steps, Steps]:
    """The best over the lit venues' own quotes as they arrive; and 1 while it is an odd lot everywhere, else 0."""
    quotes, sign = tables["quotes"], SIDES[side]
    names = tables.directory.venues
    delay = {number: observer.direct.get(name, 0) for number, name in names.items()}
    venues = [venue for venue in np.unique(quotes["venue"]).tolist() if tables.directory.is_lit(venue)]
    arrived = quotes["at"] + np.array([delay.get(venue, 0) for venue in quotes["venue"].tolist()], dtype=np.int64)
    times = np.unique(arrived[np.isin(quotes["venue"], venues)])
    best, qty = np.full(len(times), NONE), np.zeros(len(times), dtype=np.int64)
    for venue in venues:
        rows = np.flatnonzero(quotes["venue"] == venue)
        last = np.searchsorted(arrived[rows], times, side="right").astype(np.int64) - 1
        shares = pick(quotes[f"{side}_qty"][rows], last, 0)
        price = np.where(shares > 0, sign * pick(quotes[side][rows], last, 0), NONE)
        qty = np.where(price > best, shares, np.where(price == best, np.maximum(qty, shares), qty))
        best = np.maximum(best, price)
    lot = int(tables.market.get("instrument", {}).get("lot", 100))
    odd = ((qty > 0) & (qty < lot)).astype(np.int64)
    return Steps(times, np.where(best == NONE, NONE, sign * best)), Steps(times, odd)


def _of_sip(tables: RunTables, observer: Observer, side: str) -> Steps:
    """The SIP's price as it arrives; of several at one time the last."""
    nbbo = tables["nbbo"]
    price = np.where(nbbo[f"{side}_qty"] > 0, nbbo[side], NONE)
    return Steps(nbbo["at"] + observer.sip, price)


def _apart(direct: Steps, sip: Steps, start: int, end: int) -> tuple[Ints, Ints, Ints, int]:
    """(starts, ends, sizes) of the times in which the two differ, and for how long both were known, in the window."""
    changes = np.unique(np.concatenate([direct.at, sip.at]))
    times = np.concatenate([[start], changes[(changes > start) & (changes < end)]]).astype(np.int64)
    until = np.append(times[1:], end)
    a, b = direct.after(times), sip.after(times)
    known = (a != NONE) & (b != NONE)
    differ = known & (a != b)
    edges = np.diff(np.concatenate([[0], differ.astype(np.int8), [0]]))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    gaps = np.where(differ, np.abs(a - b), 0)
    size = np.array([gaps[i : j + 1].max() for i, j in zip(first, last, strict=True)], dtype=np.int64)
    return times[first], until[last], size, int((until - times)[known].sum())


def _covered(begins: Ints, ends: Ints) -> int:
    """How long at least one of the intervals lasts, ns."""
    covered, reached = 0, NONE
    for begin, end in sorted(zip(begins.tolist(), ends.tolist(), strict=True)):
        covered += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return covered


# -- trades -----------------------------------------------------------------------------------------


def _trades(
    tables: RunTables,
    observer: Observer,
    steps: Mapping[str, tuple[Steps, Steps]],
    begins: Ints,
    ends: Ints,
    window: tuple[int, int],
) -> TradesSeen:
    trades, directory = tables["trades"], tables.directory
    delays = {number: observer.direct.get(name, 0) for number, name in directory.venues.items()}
    venues = trades["venue"].tolist()
    seen = trades["at"] + np.array([delays.get(venue, 0) for venue in venues], dtype=np.int64)
    lit = np.array([directory.is_lit(venue) for venue in venues], dtype=bool)
    rows = np.flatnonzero(lit & (seen >= window[0]) & (seen < window[1]))
    seen, taker = seen[rows], trades["side"][rows]
    faced = {side: (direct.before(seen), sip.before(seen)) for side, (direct, sip) in steps.items()}
    buys = taker == BUY
    direct = np.where(buys, faced["ask"][0], faced["bid"][0])
    sip = np.where(buys, faced["ask"][1], faced["bid"][1])
    known = (direct != NONE) & (sip != NONE)
    gain = np.where(known, taker * (direct - sip), 0)
    return TradesSeen(trades["qty"][rows], gain, known, _inside(seen, begins, ends))


def _inside(times: Ints, begins: Ints, ends: Ints) -> Flags:
    """Which times lie strictly inside one of the intervals: more have begun before than have ended by then."""
    begun = np.searchsorted(np.sort(begins), times, side="left")
    ended = np.searchsorted(np.sort(ends), times, side="right")
    return np.asarray(begun > ended, dtype=np.bool_)
