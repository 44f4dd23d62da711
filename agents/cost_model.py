"""What a share costs at a venue: one model for every strategy, in dollars per share, term by term.

Each term is in millionths of a dollar per share, already weighted; lower is better. With f the probability that an
aimed-at share is had and m the expected move of the mid, price units, positive in the direction of the order
(:class:`Belief`: measured by the router, or predicted), h half the spread between the best quotes, all others of the
venue:

    ===========  ==================================  ==========================  ==================================
    term         take (a displayed quote)            probe (a dark pool)         post (rest at a price)
    ===========  ==================================  ==========================  ==================================
    price        price - best displayed price        f x (-h)                    f x (price - best displayed price)
    fee          taker fee                           f x taker fee               f x maker fee
    impact       how far all leaves walk, :func:`walked`  0                      0
    fill         (1 - f) x one tick                  0                           (1 - f) x one tick
    opportunity  (1 - f) x max(m, 0)                 (1 - f) x max(m, 0)         (1 - f) x max(m, 0)
    adverse      f x max(-m, 0)                      f x max(-m, 0)              f x max(-m, 0)
    latency      measured round trip in us           the same                    the same
    ===========  ==================================  ==========================  ==================================

The reference of a price is the best displayed price that the order could take. Shares that are missed are bought later:
a price level further (fill; one tick is an assumption) and after the price ran on (opportunity). Shares that are had
and cheaper soon after are regretted (adverse). The weight of latency is the price of a microsecond; all other weights
are plain numbers, 1 counts a term as the dollars that it is. A score is the sum, rounded to whole millionths once.

What was never measured counts as good (f = 1, m = 0, no latency), so that every venue gets measured. Of a posted child
nobody measures f: it is the own size over own size and queue ahead, as if the next shares to trade were any of these.

Fees are those of the tier that the router's own fills have reached, where the facts of a venue have tiers.

Cost
    About 1 us a venue when nothing measured counts, 2 us when all of it does (CPython 3.11).

Does not model
    Correlation between venues: each is judged as if the leaves went there alone. Queue position of hidden orders.

Related: Cont and Kukanov, Optimal order placement in limit order markets, 2017, for the terms; Almgren and Harts, A
Dynamic Algorithm for Smart Order Routing, 2008, for estimates from one's own fills. The formula is our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple, Protocol

from agents.orders import ParentOrder
from agents.strategy import VenueFacts, VenueQuote, View
from agents.tables import COST_TERMS
from venues.messages import MICROS_PER_UNIT

NS_PER_US = 1_000

TERMS: Final = COST_TERMS
"""The terms in the order in which they are added up."""


class Style(IntEnum):
    """What a strategy would do at a venue."""

    TAKE = 0
    PROBE = 1
    POST = 2


class Weights(NamedTuple):
    """What each term counts for; 0 leaves it out. ``latency``: millionths of a dollar per share and microsecond."""

    price: float = 1.0
    fee: float = 0.0
    impact: float = 0.0
    fill: float = 0.0
    opportunity: float = 0.0
    adverse: float = 0.0
    latency: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostWeights:
    """Weights of the terms of a strategy's cost model; what is not given is as the strategy has it.

    Attributes:
        price: Weight of the distance to the best displayed price.
        fee: Weight of the fee or rebate.
        impact: Weight of how far the leaves would walk into the venue's book.
        fill: Weight of missed shares being bought a tick worse.
        opportunity: Weight of missed shares being bought after the price ran on.
        adverse: Weight of filled shares being cheaper soon after.
        latency: Millionths of a dollar per share that a microsecond of measured round trip counts for.
    """

    minimums: ClassVar[Mapping[str, int]] = dict.fromkeys(TERMS, 0)

    price: float | None = None
    fee: float | None = None
    impact: float | None = None
    fill: float | None = None
    opportunity: float | None = None
    adverse: float | None = None
    latency: float | None = None

    def over(self, usual: Weights) -> Weights:
        """These weights where they are given, the usual ones elsewhere.

        >>> CostWeights(fee=0.5).over(Weights(fee=1.0, latency=1.0))[:3]
        (1.0, 0.5, 0.0)
        """
        given = {f.name: float(w) for f in fields(self) if (w := getattr(self, f.name)) is not None}
        return usual._replace(**given)


class Belief(NamedTuple):
    """What is believed of a venue: f, the part in [0, 1] of aimed-at shares that is had; m, the move in price units.

    The move is of the mid, between the sending of a child and the router's markout horizon; positive in the direction
    of the order.
    """

    fill: float
    move: float


class Beliefs(Protocol):
    """Where f and m come from. The answer may depend on the parent and the view alone: both are of this moment."""

    def of(self, venues: Sequence[str], parent: ParentOrder, view: View) -> Sequence[Belief]:
        """One belief a venue, in their order; called once a decision, so that a model can predict for all at once."""


class Measured:
    """Beliefs from the router's own past; what was never measured counts as good."""

    def of(self, venues: Sequence[str], parent: ParentOrder, view: View) -> Sequence[Belief]:
        """Fill ratio and markout as measured."""
        fill_of, move_of, new, believed = view.experience.fill_ratio, view.experience.markout, tuple.__new__, []
        for venue in venues:
            fill, move = fill_of(venue), move_of(venue)
            believed.append(new(Belief, (1.0 if fill is None else fill, 0.0 if move is None else move)))
        return believed


MEASURED: Final = Measured()

_GOOD: Final = Belief(1.0, 0.0)


class VenueCost(NamedTuple):
    """What one venue would cost; ``score`` and the weighted terms in millionths of a dollar per share."""

    venue: str
    style: Style
    score: int
    price: float
    fee: float
    impact: float
    fill: float
    opportunity: float
    adverse: float
    latency: float
    belief: Belief

    @property
    def terms(self) -> tuple[float, ...]:
        """The weighted terms in the order of :data:`TERMS`."""
        return self[3:10]


class CostModel:
    """Weights and beliefs: what strategies ask for the cost of venues.

    >>> model = CostModel(Weights(fee=1.0))
    >>> model.weights.fee, model.asks_beliefs
    (1.0, False)
    """

    __slots__ = ("asks_beliefs", "beliefs", "weights")

    def __init__(self, weights: Weights, beliefs: Beliefs = MEASURED) -> None:
        self.weights = weights
        self.beliefs = beliefs
        self.asks_beliefs = bool(weights.fill or weights.opportunity or weights.adverse)
        """Whether beliefs about displayed quotes are asked for at all."""

    # -- the three styles -----------------------------------------------------------------------

    def takes(
        self, shown: Sequence[tuple[VenueQuote, int, int]], best: int, parent: ParentOrder, view: View
    ) -> list[VenueCost]:
        """The cost of taking each displayed (quote, price, size); ``best`` is side x the best price among them."""
        w_price, w_fee, w_impact, w_fill, w_opportunity, w_adverse, w_latency = self.weights
        side, leaves, facts, trip_of = int(parent.side), view.leaves, view.facts, view.experience.round_trip
        believed: Sequence[Belief] = ()
        if self.asks_beliefs:
            believed = self.beliefs.of([quote[0] for quote, _, _ in shown], parent, view)
        costs, new, take, per_unit = [], tuple.__new__, Style.TAKE, w_price * MICROS_PER_UNIT
        fee = impact = fill = opportunity = adverse = latency = 0.0
        belief = _GOOD
        for number, (quote, price, size) in enumerate(shown):
            venue = quote[0]
            known = facts[venue]
            if w_fee:
                fee = w_fee * (taker_fee(known, view) if known.tiers else known.taker_fee)
            if w_impact:
                levels = view.depth(venue).opposite(parent.side)
                impact = w_impact * walked(leaves, levels if len(levels) > 1 else ((price, size),), known.tick)
            if believed:
                belief = believed[number]
                had, move = belief
                missed = 1.0 - had
                fill = w_fill * (missed * known.tick) * MICROS_PER_UNIT
                opportunity = w_opportunity * (missed * move) * MICROS_PER_UNIT if move > 0.0 else 0.0
                adverse = w_adverse * (had * -move) * MICROS_PER_UNIT if move < 0.0 else 0.0
            if w_latency:
                trip = trip_of(venue)
                latency = 0.0 if trip is None else w_latency * trip / NS_PER_US
            gap = per_unit * (price * side - best)
            score = round(gap + fee + impact + fill + opportunity + adverse + latency)
            costs.append(
                new(VenueCost, (venue, take, score, gap, fee, impact, fill, opportunity, adverse, latency, belief))
            )
        return costs

    def probes(self, pools: Sequence[str], parent: ParentOrder, view: View) -> list[VenueCost]:
        """The cost of asking each dark pool, beside the best price displayed."""
        if not pools:
            return []
        bid, ask = view.nbbo() or (0, 0)
        half_spread = (ask - bid) * MICROS_PER_UNIT // 2
        believed = self.beliefs.of(pools, parent, view)
        return [
            self._sometimes(pool, Style.PROBE, -half_spread, taker_fee(view.facts[pool], view), 0, belief, view)
            for pool, belief in zip(pools, believed, strict=True)
        ]

    def posts(
        self, resting: Sequence[tuple[str, int, int]], best: int, qty: int, parent: ParentOrder, view: View
    ) -> list[VenueCost]:
        """The cost of resting ``qty`` shares at each (venue, price, shares ahead of us there)."""
        believed = self.beliefs.of([venue for venue, _, _ in resting], parent, view)
        side = int(parent.side)
        return [
            self._sometimes(
                venue,
                Style.POST,
                (price * side - best) * MICROS_PER_UNIT,
                maker_fee(view.facts[venue], view),
                view.facts[venue].tick,
                Belief(qty / (qty + ahead), belief.move),
                view,
            )
            for (venue, price, ahead), belief in zip(resting, believed, strict=True)
        ]

    def _sometimes(
        self, venue: str, style: Style, gap: int, fee: int, tick: int, belief: Belief, view: View
    ) -> VenueCost:
        """Of an order that pays its price and fee only as far as it fills."""
        w, (had, move) = self.weights, belief
        missed, trip = 1.0 - had, view.experience.round_trip(venue)
        terms = (
            w.price * (had * gap),
            w.fee * (had * fee),
            0.0,
            w.fill * (missed * tick) * MICROS_PER_UNIT,
            w.opportunity * (missed * max(move, 0.0)) * MICROS_PER_UNIT,
            w.adverse * (had * max(-move, 0.0)) * MICROS_PER_UNIT,
            0.0 if trip is None else w.latency * trip / NS_PER_US,
        )
        price, charge, impact, fill, opportunity, adverse, latency = terms
        score = round(price + charge + impact + fill + opportunity + adverse + latency)
        return VenueCost(venue, style, score, *terms, belief)


# -- the parts --------------------------------------------------------------------------------------------


def taker_fee(known: VenueFacts, view: View) -> int:
    """The fee of the tier that the router has reached there, millionths of a dollar per share."""
    return known.fees_after(view.experience.traded(known.name))[1] if known.tiers else known.taker_fee


def maker_fee(known: VenueFacts, view: View) -> int:
    """As :func:`taker_fee`, of a resting order."""
    return known.fees_after(view.experience.traded(known.name))[0] if known.tiers else known.maker_fee


def walked(leaves: int, levels: Sequence[tuple[int, int]], tick: int) -> float:
    """How much worse than the touch the leaves would trade on average if all went there; millionths of a dollar.

    ``levels`` are the (price, shares) that are known, best first. Behind the last one each tick is taken to have as
    many shares as it: what no feed shows is assumed.

    >>> walked(300, [(100_0000, 300)], tick=100), walked(600, [(100_0000, 300)], tick=100)
    (0.0, 5000.0)
    >>> walked(600, [(100_0000, 300), (100_0300, 300)], tick=100)
    15000.0
    """
    left, cost, (best, _), (last, size) = leaves, 0, levels[0], levels[-1]
    for price, shares in levels:
        taken = min(left, shares)
        cost += taken * abs(price - best)
        left -= taken
    if left:
        rounds, rest = divmod(left, size)
        cost += left * (abs(last - best) + tick) + tick * (size * (rounds * (rounds - 1) // 2) + rest * rounds)
    return cost * MICROS_PER_UNIT / leaves


# -- in words ---------------------------------------------------------------------------------------------


def cost_table(
    costs: Sequence[VenueCost], sent: Sequence[tuple[str, int]] = (), resting: Sequence[tuple[str, int]] = ()
) -> str:
    """The table that a decision was made on, best score first: dollars per share, and the shares sent to each venue.

    ``resting``: (venue, shares) sent to rest; they stand in the venue's row of that style where it has one.
    """
    shares: dict[tuple[str, bool], int] = {}
    rows_of = [(cost.venue, cost.style is Style.POST) for cost in costs]
    for rests, children in ((False, sent), (True, resting)):
        for venue, qty in children:
            row = (venue, not rests if (venue, not rests) in rows_of and (venue, rests) not in rows_of else rests)
            shares[row] = shares.get(row, 0) + qty
    heading = f"{'venue':<12} {'style':<5}" + "".join(f"{name:>12}" for name in (*TERMS, "score")) + f"{'sent':>8}"
    rows = [
        f"{cost.venue:<12} {cost.style.name.lower():<5}"
        + "".join(f"{term / 1e6:>12.6f}" for term in (*cost.terms, cost.score))
        + f"{shares.get((cost.venue, cost.style is Style.POST)) or '-':>8}"
        for cost in sorted(costs, key=lambda cost: cost.score)
    ]
    unscored = [f"{row[0]:<12} {'-':<5}{qty:>104}" for row, qty in shares.items() if row not in rows_of]
    return "\n".join([heading, *rows, *unscored])
