"""What a routing strategy is: a generator that sees a view, yields actions and is resumed with reports.

::

    def take_the_best(parent, view):
        while view.leaves:
            quote = min(view.quotes(), key=lambda q: q.opposite(parent.side)[0] * parent.side)
            price, size = quote.opposite(parent.side)
            if not size:
                return
            now, reports = yield [ChildOrder(quote.venue, min(size, view.leaves), price)]

The driver (the router in a market, a list of reports in a unit test) resumes the generator with ``(now, reports)``:
``reports`` are the child reports since the last resume, as :class:`ChildReport`. Returning ends the work on the
parent; what is open then is cancelled and the leaves are reported. A strategy does no I/O, has no clock but
``view.now`` and no randomness.

Rules the driver enforces (a strategy that breaks one is stopped with a message that names it, `StrategyError`)
    a child's size is at least 1 share; children in flight and shares filled never exceed the parent, a replace on its
    way counted at the larger of its sizes;
    a child's limit, of a peg its cap, is never worse than the parent's; terms that contradict each other are for the
    venue to refuse; only connected venues are sent to, only live children cancelled or
    replaced; at most `agents.parent_run.IDLE_ROUNDS` yields in a row that send nothing and wait for nothing (a time
    that has passed is nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from agents.orders import ChildOrder, ParentOrder
from venues.messages import ExecutionReport, Quote, Side, TimeInForce

if TYPE_CHECKING:
    from agents.cost_model import VenueCost


class StrategyError(Exception):
    """A strategy broke a rule; the message names the strategy, the parent, the time and the rule."""


class VenueQuote(NamedTuple):
    """One lit venue's best quote as the router's feed shows it now. Prices in price units; size 0: that side is empty.

    ``arrived_at`` is when the quote reached the router, ``at`` and ``seq`` are the venue's own stamps.
    """

    venue: str
    bid: int
    bid_qty: int
    ask: int
    ask_qty: int
    at: int
    arrived_at: int
    seq: int

    def opposite(self, side: Side) -> tuple[int, int]:
        """Price and displayed size that an order of this side would take."""
        return (self.ask, self.ask_qty) if side > 0 else (self.bid, self.bid_qty)


class VenueDepth(NamedTuple):
    """One lit venue's best price levels as the router's depth feed shows them now, best first: (price, shares).

    Both are empty while nothing has arrived, and at a router without a depth feed (`depth` in a scenario).
    """

    bids: tuple[tuple[int, int], ...] = ()
    asks: tuple[tuple[int, int], ...] = ()

    def opposite(self, side: Side) -> tuple[tuple[int, int], ...]:
        """The levels that an order of this side would take."""
        return self.asks if side > 0 else self.bids


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """What the router knows of a venue without asking: kind, fees (millionths of a dollar per share), tick, round lot.

    ``tiers``: (shares, maker, taker), rising: the fees from so many shares traded there on; fees before the first tier
    are ``maker_fee`` and ``taker_fee``.
    """

    name: str
    kind: Literal["lit", "dark"]
    maker_fee: int
    taker_fee: int
    tick: int
    number: int = 0
    lot: int = 100
    tiers: tuple[tuple[int, int, int], ...] = ()

    def fees_after(self, traded: int) -> tuple[int, int]:
        """(maker, taker) fee of the next share after so many shares.

        >>> VenueFacts("A", "lit", -2_000, 3_000, 100, tiers=((1_000, -2_500, 2_900),)).fees_after(1_000)
        (-2500, 2900)
        """
        fees = self.maker_fee, self.taker_fee
        for shares, *fees_there in self.tiers:
            if traded >= shares:
                fees = fees_there[0], fees_there[1]
        return fees


class LiveChild(NamedTuple):
    """A child of one's own that has not ended, as far as the router has heard.

    ``qty`` is its total, ``cum_qty`` what it has filled, ``price`` its limit (None: market, or a peg without a cap).
    ``changing``: a replace of it is under way. ``sent_at`` None: it waits for its ``not_before``.
    """

    child_id: int
    venue: str
    qty: int
    cum_qty: int
    price: int | None
    changing: bool
    sent_at: int | None


class Experience(Protocol):
    """What a router measured from its own past children. Everything is None until there is a measurement."""

    def round_trip(self, venue: str) -> int | None:
        """Smallest child round trip seen so far, ns."""

    def one_way(self, venue: str) -> int | None:
        """Smallest time seen so far from sending a child to the venue's stamp on its first report, ns.

        Clocks agree, as with PTP. A venue that slows orders on their way in, not reports, shows here and not in half a
        round trip.
        """

    def fill_ratio(self, venue: str) -> float | None:
        """Shares filled over shares aimed at (displayed ones; at a dark pool those asked for), in [0, 1].

        Recent children weigh more.
        """

    def markout(self, venue: str) -> float | None:
        """Mean signed move of the mid after own takes there, price units per share, at the router's markout horizon.

        side * (mid after the horizon - mid when sent): positive means the price ran on in the direction of the
        order, as it does after a quote that fast traders raced for.
        """

    def slippage(self, venue: str) -> float | None:
        """Mean of side * (price of own fills - price that was seen), price units per share; positive is worse."""

    def last_sent(self, venue: str) -> int | None:
        """When an own child last left for there, ns."""

    def traded(self, venue: str) -> int:
        """Shares that the router's own children have traded there since the run began: they decide a tier of fees."""


class View(Protocol):
    """What a strategy may know at ``now``: delayed quotes, its own children, its own past. Never the future."""

    @property
    def now(self) -> int:
        """ns"""

    @property
    def leaves(self) -> int:
        """Parent shares neither filled nor in a live child."""

    @property
    def open_qty(self) -> int:
        """Parent shares not filled, in live children or not."""

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues the router is connected to, in the scenario's order."""

    @property
    def dark(self) -> Sequence[str]:
        """Dark pools the router is connected to."""

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """What is known of each venue without asking."""

    @property
    def experience(self) -> Experience:
        """What the router measured of its own past."""

    @property
    def live(self) -> Mapping[int, LiveChild]:
        """The parent's live children by id, oldest first; those that nothing was heard of too."""

    def quote(self, venue: str) -> VenueQuote:
        """The venue's quote as last heard."""

    def quotes(self) -> list[VenueQuote]:
        """All lit venues' quotes as last heard, in the order of ``lit``."""

    def recent(self, venue: str) -> Sequence[Quote]:
        """A lit venue's quotes of the last 10 ms, with their prints, as far as they have arrived; oldest first.

        Nothing is told from before this was first asked of the venue. Of a pool there is nothing to tell.
        """

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask over ``quotes()``; None when a side is empty everywhere."""

    def depth(self, venue: str) -> VenueDepth:
        """The venue's price levels as last heard."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What to do next.

    Attributes:
        send: children to send now (or at their ``not_before``), all at once.
        cancel: ids of live children to cancel (of :attr:`View.live`). An IOC or FOK on its way ends by itself.
        replace: (child id, new total quantity, new limit) of live children.
        wake: "any" report, "all_done" (every child finished), ("at", ns): then, or when every child that was live has
            finished, or ("any", ns): then, or with the next report. A parent's end always wakes the driver, not the
            strategy.
        scores: what the decision was made on, venue -> millionths of a dollar per share, lower is better; logged.
        costs: the same term by term (`agents.cost_model`), for :meth:`explain`.
        more_costs: works out the terms of what was chosen without a score, for :meth:`with_all_costs`.
        keep_terms: log the terms even of a router that is not told to explain itself.
    """

    send: Sequence[ChildOrder] = ()
    cancel: Sequence[int] = ()
    replace: Sequence[tuple[int, int, int]] = ()
    wake: Literal["any", "all_done"] | tuple[Literal["at", "any"], int] = "all_done"
    scores: Mapping[str, int] = field(default_factory=dict)
    costs: Sequence[VenueCost] = ()
    more_costs: Callable[[], Sequence[VenueCost]] | None = None
    keep_terms: bool = False

    def with_all_costs(self) -> Actions:
        """The same with all terms in ``costs``; to be asked for at the decision, as it looks at the market of now."""
        if self.more_costs is None:
            return self
        return replace(self, costs=(*self.costs, *self.more_costs()), more_costs=None)

    def explain(self) -> str:
        """The table that the decision was made on: venues, terms and scores in $/share, and the shares sent."""
        from agents.cost_model import cost_table

        at_once = (TimeInForce.IOC, TimeInForce.FOK)
        taking = [(order.venue, order.qty) for order in self.send if order.time_in_force in at_once]
        resting = [(order.venue, order.qty) for order in self.send if order.time_in_force not in at_once]
        return cost_table(self.costs, taking, resting)


class ChildReport(NamedTuple):
    """A venue's report on one child, as it reached the router at ``received_at`` (ns).

    What pre-trade risk refuses is reported in the same form, as a :class:`RefusedByRisk`.
    """

    child_id: int
    venue: str
    report: ExecutionReport
    received_at: int


class RefusedByRisk(ChildReport):
    """A child, or the replace of one, that pre-trade risk did not let go; `code` and `text` say why.

    ``code`` is a name of `agents.tables.RISK_CODES`. ``most``: the shares that a child at this price may have, where it
    was refused for its size or its worth; None: something else is wrong with it.
    """

    code: str
    text: str
    most: int | None

    @classmethod
    def of(cls, report: ChildReport, code: str, text: str, most: int | None = None) -> RefusedByRisk:
        """The report, with why."""
        made: Any = tuple.__new__(cls, report)
        made.code, made.text, made.most = code, text, most
        return made  # type: ignore[no-any-return]


Yielded = Actions | Sequence[ChildOrder]
Resumed = tuple[int, list[ChildReport]]
StrategyRun = Generator[Yielded, Resumed, None]


class Strategy(Protocol):
    """A callable that starts the work on one parent."""

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """The generator that works the parent, not yet begun."""
