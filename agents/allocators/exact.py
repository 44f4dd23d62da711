"""The cheapest split over several levels of several venues, exactly, without enumerating anything.

Problem
    Venue i shows levels (price, size). Taking a shares there sweeps its levels from the best: cash_i(a). With
    executed = sum a_i, a_i a multiple of ``lot`` and at most min(order, what the venue shows, its cap):

    fill (no reference)      minimise sum cash_i(a_i) subject to executed == order: capped_equality of
                             `agents.allocators.static`. Penalties cannot matter.
    relative to a reference  minimise sum cash_i(a_i) - reference x executed
                             + (lambda_under + theta) (order - executed)+ + (lambda_over + theta) (executed - order)+

Why greedy is exact
    Lot by lot a venue never gets cheaper, and the penalties are convex in what is executed: both problems take lots in
    the order of their cost, until the order is full or the next lot costs more than it saves.

Ties: the split that brute force finds first, the lexicographically smallest of all minimisers. Of lots of equal cost
    those of later venues are taken first, and a lot that neither costs nor saves is left.

Cost
    O(n log n) in the runs of equal lots, at most two a level: 0.3 to 0.5 ms for 10 venues x 10 levels from decimal
    floats (CPython 3.11; `benchmarks/allocators.py`), however large the order.

Does not model
    Uncapped variants, in which shares beyond the display earn a rebate: they reward not trading. Brute force has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import Any, NamedTuple

from agents.allocators.exact_numbers import Number, over_one_denominator, whole
from agents.allocators.static import INERT, DisplayedVenue, VenueLike, refuse_misspelt


@dataclass(frozen=True, slots=True)
class LadderVenue:
    """A venue's offers level by level. ``levels`` are (price in $, shares); ``fee``, ``rebate`` in $/share.

    ``cap``: at most so many shares are taken there; None: all that is shown.
    """

    id: str
    levels: Sequence[tuple[Number, int]]
    fee: Number = 0
    rebate: Number = 0
    cap: int | None = None


LadderLike = LadderVenue | VenueLike


class Taken(NamedTuple):
    """Shares taken from one level, $ exact."""

    venue: str
    price: Number
    shares: int


@dataclass(frozen=True)
class LadderAllocation:
    """A split over ladders. Money in $, exact.

    Attributes:
        split: shares per venue, in the order given; ``allocation`` is the same by venue's name.
        cost: cash (relative to the reference when there is one) with the penalties.
        residual: shares of the order that are not covered (the display, caps and lots leave them over).
        sequence: what is taken, in the order of its price with fee.
    """

    split: tuple[int, ...]
    allocation: Mapping[str, int]
    cost: Fraction
    cash: Fraction
    executed: int
    underfill: int
    overfill: int
    feasible: bool
    sequence: tuple[Taken, ...]
    notes: tuple[str, ...] = ()

    @property
    def residual(self) -> int:
        """Shares of the order that the split does not cover."""
        return self.underfill


def allocate_exact(
    order_size: int,
    venues: Sequence[LadderLike],
    lambda_over: Number = 0,
    lambda_under: Number = 0,
    theta_queue: Number = 0,
    *,
    lot: int = 1,
    reference: Number | None = None,
) -> LadderAllocation:
    """The split that brute force over all multiples of ``lot`` would find first.

    Without a reference the order is filled as far as display and lots go, at the least cash (not ``feasible`` when a
    part is left over). With one, the penalties decide how much to buy.

    Raises:
        ValueError: an input makes no sense, or buying too much would be rewarded beyond what buying too little costs
            (lambda_under + lambda_over + 2 theta_queue below 0: the problem is not convex).

    >>> book = [LadderVenue("BATS", [(100.10, 200), (100.11, 300)], 0.003),
    ...         LadderVenue("ARCA", [(100.11, 400), (100.12, 500)], 0.002)]
    >>> found = allocate_exact(1000, book)
    >>> found.split, float(found.cash)
    ((500, 500), 100111.5)
    """
    order, lot = whole(order_size, "order_size", 1), whole(lot, "lot", 1)
    ladders, rates, denominator = _in_integers(venues, (lambda_over, lambda_under, theta_queue, reference or 0))
    lam_over, lam_under, theta, price = rates
    if reference is None:
        split = _filled(order, _runs(ladders, order, lot), len(ladders), lot)
    else:
        under, over = lam_under + theta, lam_over + theta
        if under + over < 0:
            raise ValueError("lambda_under + lambda_over + 2 theta_queue is below 0: no penalty rewards both mistakes")
        split = _balanced(order, _runs(ladders, order, lot), len(ladders), lot, price, under, over)
    cash, sequence = _swept(ladders, split)
    executed = sum(split)
    short = order - executed
    cost = cash - price * executed + ((lam_under + theta) * short if short > 0 else (lam_over + theta) * -short)
    return LadderAllocation(
        split=tuple(split),
        allocation={ladder.name: shares for ladder, shares in zip(ladders, split, strict=True)},
        cost=Fraction(cost, denominator),
        cash=Fraction(cash, denominator),
        executed=executed,
        underfill=max(short, 0),
        overfill=max(-short, 0),
        feasible=reference is not None or short == 0,
        sequence=sequence,
        notes=(INERT,) if reference is None and short == 0 and (lam_over or lam_under or theta) else (),
    )


def allocate_greedy_l2(order_size: int, venues: Sequence[LadderLike]) -> LadderAllocation:
    """Level by level in the order of price plus fee, equal ones in the order given, as circulated for L2 books.

    >>> book = [LadderVenue("BATS", [(100.10, 200), (100.11, 300)], 0.003),
    ...         LadderVenue("ARCA", [(100.11, 400), (100.12, 500)], 0.002)]
    >>> [tuple(taken) for taken in allocate_greedy_l2(1000, book).sequence]
    [('BATS', 100.1, 200), ('ARCA', 100.11, 400), ('BATS', 100.11, 300), ('ARCA', 100.12, 100)]
    """
    order = whole(order_size, "order_size", 1)
    ladders, _, denominator = _in_integers(venues, ())
    split, left, cash, sequence = [0] * len(ladders), order, 0, []
    for cost, place, shares, told in _levels_by_cost(ladders):
        taken = min(shares, left, ladders[place].cap - split[place])
        if taken <= 0:
            continue
        split[place] += taken
        left -= taken
        cash += taken * cost
        sequence.append(Taken(ladders[place].name, told, taken))
    return LadderAllocation(
        split=tuple(split),
        allocation={ladder.name: shares for ladder, shares in zip(ladders, split, strict=True)},
        cost=Fraction(cash, denominator),
        cash=Fraction(cash, denominator),
        executed=order - left,
        underfill=left,
        overfill=0,
        feasible=not left,
        sequence=tuple(sequence),
    )


# -- inputs ---------------------------------------------------------------------------------------------


class _Ladder(NamedTuple):
    """A venue's levels, best first, in integers: (price plus fee, shares, the price as it was given)."""

    name: str
    levels: list[tuple[int, int, Number]]
    shown: int
    cap: int


def _in_integers(venues: Sequence[LadderLike], rates: Sequence[Number]) -> tuple[list[_Ladder], list[int], int]:
    if not venues:
        raise ValueError("no venues: give at least one")
    ladders = [_ladder(venue, place) for place, venue in enumerate(venues)]
    names = [ladder.id for ladder in ladders]
    if len(set(names)) < len(names):
        raise ValueError(f"two venues are called {next(n for n in names if names.count(n) > 1)!r}; name each once")
    money: list[Number] = [price for ladder in ladders for price, _ in ladder.levels]
    fees_from = len(money)
    rates_from = fees_from + len(ladders)
    numbers, denominator = over_one_denominator([*money, *(ladder.fee for ladder in ladders), *rates])
    found, at = [], 0
    for place, ladder in enumerate(ladders):
        fee = numbers[fees_from + place]
        levels = [
            (price + fee, shares, told)
            for price, (told, shares) in zip(numbers[at : at + len(ladder.levels)], ladder.levels, strict=True)
        ]
        at += len(ladder.levels)
        levels.sort(key=itemgetter(0))
        shown = sum(shares for _, shares, _ in levels)
        found.append(_Ladder(ladder.id, levels, shown, shown if ladder.cap is None else min(shown, ladder.cap)))
    return found, numbers[rates_from:], denominator


def _ladder(venue: LadderLike, place: int) -> LadderVenue:
    if isinstance(venue, Mapping):
        venue = _of_mapping(venue, place)
    if isinstance(venue, DisplayedVenue):
        venue = LadderVenue(f"venue {place + 1}", [(venue.ask, venue.ask_size)], venue.fee, venue.rebate)
    if not isinstance(venue, LadderVenue):
        raise ValueError(
            f"venues[{place}] = {venue!r}: give a LadderVenue, or a mapping with levels, or ask and ask_size"
        )
    if venue.cap is not None:
        whole(venue.cap, f"venues[{place}].cap")
    for level, (_, shares) in enumerate(venue.levels):
        if type(shares) is not int or shares < 0:
            whole(shares, f"venues[{place}].levels[{level}] size")
    return venue


def _of_mapping(venue: Mapping[str, Any], place: int) -> LadderVenue:
    if "levels" not in venue and not ("ask" in venue and "ask_size" in venue):
        raise ValueError(f"venues[{place}] has neither levels [(price, shares), ...] nor ask and ask_size")
    refuse_misspelt(venue, place, ("fee", "rebate", "cap"))
    levels = venue["levels"] if "levels" in venue else [(venue["ask"], venue["ask_size"])]
    name = str(venue.get("id", f"venue {place + 1}"))
    return LadderVenue(name, levels, venue.get("fee", 0), venue.get("rebate", 0), venue.get("cap"))


# -- lots by cost -----------------------------------------------------------------------------------------

_Run = tuple[int, int, int]
"""(cost of one lot, -place of the venue, lots): equal lots in a row of one venue."""


def _runs(ladders: Sequence[_Ladder], order: int, lot: int) -> list[_Run]:
    """All lots that may be taken, cheapest first, of equal ones those of later venues first."""
    runs = [
        (cost, -place, lots)
        for place, ladder in enumerate(ladders)
        for cost, lots in _lots_of(ladder, min(order, ladder.cap) // lot, lot)
    ]
    runs.sort()
    return runs


def _lots_of(ladder: _Ladder, lots: int, lot: int) -> Iterator[tuple[int, int]]:
    """(cost, lots) in the order in which a venue gives them; a lot may lie across levels."""
    if lot == 1:
        for cost, shares, _ in ladder.levels:
            if lots <= 0:
                return
            yield cost, min(shares, lots)
            lots -= shares
        return
    begun, spent = 0, 0
    for cost, shares, _ in ladder.levels:
        if begun:
            more = min(shares, lot - begun)
            begun, spent, shares = begun + more, spent + more * cost, shares - more
            if begun < lot:
                continue
            yield spent, 1
            lots -= 1
            begun = spent = 0
        whole_lots = min(shares // lot, lots)
        if whole_lots > 0:
            yield cost * lot, whole_lots
            lots -= whole_lots
        if lots <= 0:
            return
        begun = shares % lot
        spent = begun * cost


def _filled(order: int, runs: Sequence[_Run], venues: int, lot: int) -> list[int]:
    split, left = [0] * venues, order // lot
    for _, minus_place, lots in runs:
        taken = min(lots, left)
        split[-minus_place] += taken * lot
        left -= taken
        if not left:
            break
    return split


def _balanced(
    order: int, runs: Sequence[_Run], venues: int, lot: int, reference: int, under: int, over: int
) -> list[int]:
    """Take lots while the next one saves more than it costs."""
    split = [0] * venues
    before, last = order // lot, order % lot  # whole lots that only shorten the underfill, then one that may cross
    saved_before = (reference + under) * lot
    saved_crossing = reference * lot + under * last - over * (lot - last)
    saved_after = (reference - over) * lot
    steps = [(before, saved_before), (1 if last else 0, saved_crossing), (sum(run[2] for run in runs), saved_after)]
    stage, room = 0, steps[0][0]
    for cost, minus_place, lots in runs:
        while lots:
            while not room and stage < 2:
                stage += 1
                room = steps[stage][0]
            if not room or cost >= steps[stage][1]:
                return split
            taken = min(lots, room)
            split[-minus_place] += taken * lot
            lots, room = lots - taken, room - taken
    return split


# -- what a split buys --------------------------------------------------------------------------------------


def _levels_by_cost(ladders: Sequence[_Ladder]) -> list[tuple[int, int, int, Number]]:
    levels = [(cost, place, shares, told) for place, its in enumerate(ladders) for cost, shares, told in its.levels]
    levels.sort(key=itemgetter(0, 1))
    return levels


def _swept(ladders: Sequence[_Ladder], split: Sequence[int]) -> tuple[int, tuple[Taken, ...]]:
    """Cash, and the levels taken from, in the order of price with fee."""
    left, cash, taken_from = list(split), 0, []
    for cost, place, shares, told in _levels_by_cost(ladders):
        taken = min(shares, left[place])
        if taken:
            left[place] -= taken
            cash += taken * cost
            taken_from.append(Taken(ladders[place].name, told, taken))
    return cash, tuple(taken_from)
