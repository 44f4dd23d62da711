"""The static Cont-Kukanov allocator as it circulates, brute force by step, with exact arithmetic.

Definitions (prices and fees in $/share, sizes in shares, a split has one entry per venue)
    exe_i      min(split_i, ask_size_i)
    executed   sum exe_i;  underfill (order - executed)+;  overfill (executed - order)+
    cash       sum [ exe_i (ask_i + fee_i) - (split_i - exe_i) rebate_i ]
    cost       cash + theta_queue (underfill + overfill) + lambda_under underfill + lambda_over overfill

Variants (which splits are scored, each entry a multiple of the step)
    capped_equality        entry <= min(order, ask_size floored to the step), sum == order: what circulates
    uncapped_equality      entry <= order, sum == order
    free                   entry <= order
    relative_to_best_ask   capped entries, no sum; cost minus reference price x executed. The one to use

Ties: the first minimiser in lexicographic order of the split, as a strict ``<`` keeps it.

What to know before using it (`docs/allocators.md` says more)
    Under capped_equality everything executes, so the three penalties change neither split nor cost.
    Without a cap, or without the sum, cash counts the notional of what is bought and nothing for what is not: the
    cheapest split is the one that trades least.
    When the floored display is smaller than the order, no split qualifies. The circulated code then returns an empty
    split at infinite cost; here the result is the cheapest split of as much as there is, with a residual.

Cost
    Brute force: about 2 us a candidate at four venues. `agents.allocators.exact` needs none of it.

Does not model
    Queues, latency, hidden size: everything displayed is there.

Source: pseudo-code circulated as a simplification of Cont and Kukanov, Optimal order placement in limit order markets,
Quantitative Finance 17 (2017). The paper's own model is `agents.allocators.placement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any, Final, Literal, get_args

from agents.allocators.exact_numbers import Number, exact, over_one_denominator, whole

Variant = Literal["capped_equality", "uncapped_equality", "free", "relative_to_best_ask"]

TIES_LISTED: Final = 10

_KEYS: Final = ("id", "levels", "ask", "ask_size", "fee", "rebate", "cap")
"""What a mapping may say of a venue, here and in `agents.allocators.exact`."""

INERT: Final = (
    "lambda_over, lambda_under and theta_queue had no effect: under cap and equality every share executes; use "
    "variant='relative_to_best_ask' to let them decide"
)
REWARDS_IDLENESS: Final = (
    "cash counts the notional of what is bought and nothing for what is not, so this variant favours splits that trade "
    "little; use variant='relative_to_best_ask'"
)
INFEASIBLE: Final = (
    "no split on the grid adds up to the order: the cheapest split of as many shares as possible, and a residual; the "
    "circulated code returns an empty split and infinite cost here"
)


@dataclass(frozen=True, slots=True)
class DisplayedVenue:
    """One venue's best offer. ``ask``, ``fee`` (taker) and ``rebate`` (maker, received positive) in $/share."""

    ask: Number
    ask_size: int
    fee: Number = 0
    rebate: Number = 0


VenueLike = DisplayedVenue | Mapping[str, Any]


@dataclass(frozen=True)
class StaticAllocation:
    """What the allocator found. Money in $, exact.

    Attributes:
        split: shares per venue, first of all best ones; best effort when not ``feasible``.
        cost: of the split, by the variant's definition (relative to ``reference`` where there is one).
        feasible: whether any split qualified.
        candidates: splits that were scored; the exact allocator scores none and says 0.
        n_ties: splits of this cost, 1 when the optimum is unique; 0: not counted.
        all_ties: the first ten of them in lexicographic order.
        residual: shares of the order that the split does not cover.
        notes: what a reader of the result should know.
    """

    variant: str
    split: tuple[int, ...]
    cost: Fraction
    cash: Fraction
    executed: int
    underfill: int
    overfill: int
    residual: int
    feasible: bool = True
    candidates: int = 0
    n_ties: int = 0
    all_ties: tuple[tuple[int, ...], ...] = ()
    reference: Fraction | None = None
    notes: tuple[str, ...] = ()

    def as_circulated(self) -> tuple[list[int], float]:
        """(split, cost) as the circulated code returns it: empty and infinite when no split qualified."""
        return (list(self.split), float(self.cost)) if self.feasible else ([], inf)


def compute_cost(
    split: Sequence[int],
    venues: Sequence[VenueLike],
    order_size: int,
    lambda_over: Number,
    lambda_under: Number,
    theta_queue: Number,
) -> Fraction:
    """Cost of a split in $, exact.

    >>> venues = [DisplayedVenue(100.10, 500, 0.003, 0.001), DisplayedVenue(100.11, 300, 0.002, 0.0015)]
    >>> float(compute_cost([500, 100], venues, 700, 0.01, 0.005, 0.002))
    60063.4

    Raises:
        ValueError: as many entries as venues are needed, none negative.
    """
    ladder = _Priced.of(venues, whole(order_size, "order_size", 1), lambda_over, lambda_under, theta_queue)
    return Fraction(ladder.cost(_checked_split(split, len(ladder.sizes))), ladder.denominator)


def allocate(
    order_size: int,
    venues: Sequence[VenueLike],
    lambda_over: Number,
    lambda_under: Number,
    theta_queue: Number,
    step: int = 100,
    variant: Variant = "capped_equality",
    reference: Number | None = None,
) -> StaticAllocation:
    """Score every split of the variant and return the first of the cheapest.

    Args:
        order_size: shares.
        venues: :class:`DisplayedVenue`, or mappings with its fields.
        lambda_over: $/share for shares bought beyond the order.
        lambda_under: $/share for shares not bought.
        theta_queue: $/share for either.
        step: shares; every entry is a multiple.
        variant: see the module.
        reference: price that relative_to_best_ask measures cash against, $; the lowest ask of all venues
            given, also of one of size 0, unless given.

    Raises:
        ValueError: an input makes no sense; the message names it.

    >>> venues = [{"ask": 100.10, "ask_size": 500, "fee": 0.003}, {"ask": 100.11, "ask_size": 800, "fee": 0.002}]
    >>> found = allocate(1000, venues, 0.01, 0.005, 0.002)
    >>> found.split, float(found.cost), found.candidates
    ((500, 500), 100107.5, 4)
    """
    if variant not in get_args(Variant):
        raise ValueError(f"variant = {variant!r}: must be one of {', '.join(get_args(Variant))}")
    step, order = whole(step, "step", 1), whole(order_size, "order_size", 1)
    priced = _Priced.of(venues, order, lambda_over, lambda_under, theta_queue)
    if variant == "relative_to_best_ask":
        priced = priced.against(exact(reference) if reference is not None else priced.lowest_ask())
    capped = variant in ("capped_equality", "relative_to_best_ask")
    caps = [min(order, size) // step * step if capped else order // step * step for size in priced.sizes]
    grid = _splits_of(order, caps, step) if variant.endswith("equality") else product(*_axes(caps, step))
    found = _cheapest(priced, grid)
    if found is None:
        return _best_effort(priced, step, variant)
    split, candidates, ties, listed = found
    notes = {"capped_equality": (INERT,), "relative_to_best_ask": ()}.get(variant, (REWARDS_IDLENESS,))
    return priced.result(variant, split, candidates=candidates, n_ties=ties, all_ties=tuple(listed), notes=notes)


def allocate_greedy(order_size: int, venues: Sequence[VenueLike]) -> StaticAllocation:
    """Share by share to the lowest ask plus fee, equal ones in the order given: a lower bound on the cash of a fill.

    >>> allocate_greedy(600, [{"ask": 9.02, "ask_size": 500}, {"ask": 9.01, "ask_size": 295}]).split
    (305, 295)
    """
    order = whole(order_size, "order_size", 1)
    priced = _Priced.of(venues, order, 0, 0, 0)
    split, left = [0] * len(priced.sizes), order
    for place in sorted(range(len(split)), key=lambda i: priced.costs[i]):
        split[place] = min(left, priced.sizes[place])
        left -= split[place]
    return priced.result("greedy_share_level", tuple(split), feasible=not left)


# -- the arithmetic ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Priced:
    """The problem in integers over one denominator."""

    order: int
    sizes: list[int]
    asks: list[int]
    costs: list[int]
    rebates: list[int]
    under: int
    over: int
    denominator: int
    reference: int | None = None

    @classmethod
    def of(
        cls, venues: Sequence[VenueLike], order: int, lambda_over: Number, lambda_under: Number, theta_queue: Number
    ) -> _Priced:
        if not venues:
            raise ValueError("no venues: give at least one")
        shown = [_venue(venue, place) for place, venue in enumerate(venues)]
        count = len(shown)
        money = [v.ask for v in shown] + [v.fee for v in shown] + [v.rebate for v in shown]
        numbers, denominator = over_one_denominator([*money, lambda_over, lambda_under, theta_queue])
        asks, fees, rebates = (numbers[start : start + count] for start in (0, count, 2 * count))
        lam_over, lam_under, theta = numbers[3 * count :]
        costs = [ask + fee for ask, fee in zip(asks, fees, strict=True)]
        sizes = [v.ask_size for v in shown]
        return cls(order, sizes, asks, costs, rebates, lam_under + theta, lam_over + theta, denominator)

    def lowest_ask(self) -> Fraction:
        """Over all venues, also those that display no shares: the definition asks for no size."""
        return Fraction(min(self.asks), self.denominator)

    def against(self, reference: Fraction) -> _Priced:
        factor = reference.denominator
        denominator = self.denominator * factor
        return _Priced(
            order=self.order,
            sizes=self.sizes,
            asks=[ask * factor for ask in self.asks],
            costs=[cost * factor for cost in self.costs],
            rebates=[rebate * factor for rebate in self.rebates],
            under=self.under * factor,
            over=self.over * factor,
            denominator=denominator,
            reference=int(reference * denominator),
        )

    def cash_and_executed(self, split: Sequence[int]) -> tuple[int, int]:
        cash = executed = 0
        for shares, size, cost, rebate in zip(split, self.sizes, self.costs, self.rebates, strict=True):
            if shares <= size:
                cash += shares * cost
                executed += shares
            else:
                cash += size * cost - (shares - size) * rebate
                executed += size
        return cash, executed

    def cost(self, split: Sequence[int]) -> int:
        cash, executed = self.cash_and_executed(split)
        short = self.order - executed
        cost = cash + (self.under * short if short > 0 else -self.over * short)
        return cost if self.reference is None else cost - self.reference * executed

    def result(self, variant: str, split: tuple[int, ...], **more: Any) -> StaticAllocation:
        cash, executed = self.cash_and_executed(split)
        reference = None if self.reference is None else Fraction(self.reference, self.denominator)
        return StaticAllocation(
            variant=variant,
            split=split,
            cost=Fraction(self.cost(split), self.denominator),
            cash=Fraction(cash, self.denominator),
            executed=executed,
            underfill=max(self.order - executed, 0),
            overfill=max(executed - self.order, 0),
            residual=max(self.order - sum(split), 0),
            reference=reference,
            **more,
        )


def _venue(venue: VenueLike, place: int) -> DisplayedVenue:
    if isinstance(venue, Mapping):
        venue = _of_mapping(venue, place)
    if not isinstance(venue, DisplayedVenue):
        raise ValueError(f"venues[{place}] = {venue!r}: give a DisplayedVenue, or a mapping with ask and ask_size")
    size = whole(venue.ask_size, f"venues[{place}].ask_size")
    if exact(venue.ask) < 0:
        raise ValueError(f"venues[{place}].ask = {venue.ask}: must be 0 $/share or more")
    return DisplayedVenue(venue.ask, size, venue.fee, venue.rebate)


def _of_mapping(venue: Mapping[str, Any], place: int) -> DisplayedVenue:
    wanted = ("ask", "ask_size", "fee", "rebate")
    missing = [name for name in wanted[:2] if name not in venue]
    if missing:
        raise ValueError(f"venues[{place}] has no {missing[0]!r}; it needs ask and ask_size, may have fee, rebate")
    refuse_misspelt(venue, place, ("fee", "rebate"))
    return DisplayedVenue(**{name: venue[name] for name in wanted if name in venue})


def refuse_misspelt(venue: Mapping[str, Any], place: int, optional: Sequence[str]) -> None:
    """A key that looks like one of the optional ones was meant to be it; others (a name, an id) are the caller's own.

    Raises:
        ValueError: there is such a key.
    """
    for name in venue:
        if name in _KEYS:
            continue
        close = get_close_matches(str(name).lower(), optional, n=1, cutoff=0.75)
        if close:
            raise ValueError(f"venues[{place}] has {name!r}; write {close[0]!r}")


def _checked_split(split: Sequence[int], venues: int) -> list[int]:
    if len(split) != venues:
        raise ValueError(f"a split of {len(split)} entries for {venues} venues; give one per venue")
    return [whole(shares, f"split[{place}]") for place, shares in enumerate(split)]


# -- the search -------------------------------------------------------------------------------------


def _axes(caps: Sequence[int], step: int) -> list[range]:
    return [range(0, cap + 1, step) for cap in caps]


def _splits_of(order: int, caps: Sequence[int], step: int) -> Iterator[tuple[int, ...]]:
    """The splits that add up to the order, in lexicographic order."""
    room_after = [sum(caps[place + 1 :]) for place in range(len(caps))]

    def extend(head: tuple[int, ...], left: int) -> Iterator[tuple[int, ...]]:
        place = len(head)
        if place == len(caps) - 1:
            if left <= caps[place] and left % step == 0:
                yield (*head, left)
            return
        least = -(-max(0, left - room_after[place]) // step) * step
        for shares in range(least, min(caps[place], left) + 1, step):
            yield from extend((*head, shares), left - shares)

    return extend((), order)


_Found = tuple[tuple[int, ...], int, int, list[tuple[int, ...]]]


def _cheapest(priced: _Priced, grid: Iterator[tuple[int, ...]]) -> _Found | None:
    best: int | None = None
    candidates, ties, listed = 0, 0, []
    for split in grid:
        candidates += 1
        cost = priced.cost(split)
        if best is None or cost < best:
            best, ties, listed = cost, 1, [split]
        elif cost == best:
            ties += 1
            if len(listed) < TIES_LISTED:
                listed.append(split)
    return None if best is None else (listed[0], candidates, ties, listed)


def _best_effort(priced: _Priced, step: int, variant: str) -> StaticAllocation:
    """As many whole steps as fit the order and the display, cheapest first, later venues first among equals."""
    split, left = [0] * len(priced.sizes), priced.order // step * step
    for place in sorted(range(len(split)), key=lambda i: (priced.costs[i], -i)):
        split[place] = min(left, priced.sizes[place] // step * step)
        left -= split[place]
    return priced.result(variant, tuple(split), feasible=False, notes=(INFEASIBLE,))
