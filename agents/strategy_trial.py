"""Try a strategy without a market: quotes that you set, a fill rule that you choose, the real driver.

::

    market = ScriptedMarket({"NYSE": (99_9900, 300, 100_0000, 300), "IEX": (99_9900, 300, 100_0000, 200)})
    trial = drive(PriceTime(), buy(400), market)
    assert [(c.order.venue, c.filled) for c in trial.children] == [("NYSE", 300), ("IEX", 100)]

`drive` puts the strategy under `agents.parent_run.ParentRun`, the driver that a router uses, so the rules of
`agents.strategy` are enforced word for word. `agents.conformance.checks.check_strategy` drives it through a set of
markets that strategies stumble over; a strategy of your own can be put through both in your own pytest.

Rules
    A child takes half a round trip to its venue and its reports half a round trip back. A feed takes no time.
    What a child takes is gone from the quote. What it misses under another fill rule than :func:`displayed` stays
    shown, like a quote on a feed that has not caught up.
    Prices in price units ($0.0001), sizes in shares, times in ns.

Does not model
    Queues, depth behind the quote, other traders (script them). A child that rests trades in full as far as a quote of
    the other side comes to its limit; a peg is as good as the best price of its own side at its venue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from agents.orders import ChildOrder, ParentOrder
from agents.parent_run import EXPIRED, Child, ParentRun
from agents.strategy import Actions, ChildReport, Strategy, VenueDepth, VenueFacts, VenueQuote
from agents.tables import PARENT_STATUS
from sim.environment import Environment
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Quote, Reason, Side, TimeInForce

OPEN = "OPEN"
FOR_EVER = 1 << 62
"""A time (ns) that nothing is planned for."""

DECISIONS_AT_MOST = 20_000
"""Decisions on one parent after which a trial is stopped as endless."""


def buy(qty: int, limit: int | None = None, at: int = 0, horizon: int = 100_000_000) -> ParentOrder:
    """A parent order to buy; it ends ``horizon`` ns after ``at``."""
    return ParentOrder(1, Side.BUY, qty, limit, at, at + horizon)


def sell(qty: int, limit: int | None = None, at: int = 0, horizon: int = 100_000_000) -> ParentOrder:
    """A parent order to sell; it ends ``horizon`` ns after ``at``."""
    return ParentOrder(1, Side.SELL, qty, limit, at, at + horizon)


@dataclass
class ScriptedExperience:
    """What the router has measured, as you say, by venue.

    ns, fill ratio, markout in price units, shares traded, slippage in price units, when a child was last sent there.
    """

    round_trips: Mapping[str, int] = field(default_factory=dict)
    fill_ratios: Mapping[str, float] = field(default_factory=dict)
    markouts: Mapping[str, float] = field(default_factory=dict)
    volumes: Mapping[str, int] = field(default_factory=dict)
    one_ways: Mapping[str, int] = field(default_factory=dict)
    slippages: Mapping[str, float] = field(default_factory=dict)
    sent: Mapping[str, int] = field(default_factory=dict)

    def round_trip(self, venue: str) -> int | None:
        """ns; None: not measured."""
        return self.round_trips.get(venue)

    def one_way(self, venue: str) -> int | None:
        """ns; None: not measured."""
        return self.one_ways.get(venue)

    def fill_ratio(self, venue: str) -> float | None:
        """In [0, 1]; None: not measured."""
        return self.fill_ratios.get(venue)

    def markout(self, venue: str) -> float | None:
        """Price units per share; None: not measured."""
        return self.markouts.get(venue)

    def slippage(self, venue: str) -> float | None:
        """Price units; None: not measured."""
        return self.slippages.get(venue)

    def last_sent(self, venue: str) -> int | None:
        """ns; None: never."""
        return self.sent.get(venue)

    def traded(self, venue: str) -> int:
        """Shares traded there by the router."""
        return self.volumes.get(venue, 0)


class ScriptedMarket:
    """Lit quotes ``{venue: (bid, bid_qty, ask, ask_qty)}`` and dark shares ``{pool: shares on the other side}``.

    Args:
        lit: the lit venues in the scenario's order.
        dark: the dark pools; they cross at the midpoint of the best quotes.
        taker_fees: millionths of a dollar per share; 0 where nothing is said.
        tick: price units.
        round_trip: ns from sending a child to its reports.
        fills: what an arriving child can trade, see :func:`displayed`.
        experience: what the router has measured before.
        refusing: venues that reject every new child, as in a halt; a script may change the set.
        silent: venues that are never heard of: a child sent there is on its way for ever.
        late: venue -> ns by which its reports take longer.
    """

    def __init__(
        self,
        lit: Mapping[str, tuple[int, int, int, int]],
        dark: Mapping[str, int] | None = None,
        *,
        taker_fees: Mapping[str, int] | None = None,
        tick: int = 100,
        round_trip: int = 500_000,
        fills: FillRule | None = None,
        experience: ScriptedExperience | None = None,
        refusing: Iterable[str] = (),
        silent: Iterable[str] = (),
        late: Mapping[str, int] | None = None,
    ) -> None:
        self.quotes = {venue: VenueQuote(venue, *quote, at=0, arrived_at=0, seq=1) for venue, quote in lit.items()}
        self.dark_qty = dict(dark or {})
        self.round_trip = round_trip
        self.fills = fills or displayed
        self.experience = experience or ScriptedExperience()
        self.facts = _facts([*self.quotes], [*self.dark_qty], taker_fees or {}, tick)
        self.refusing = set(refusing)
        self.silent = set(silent)
        self.late = dict(late or {})
        self.recent: dict[str, list[Quote]] = {}
        """By venue what `View.recent` tells."""
        self.now = 0
        self.script: list[tuple[int, Callable[[ScriptedMarket], object]]] = []

    def at(self, time: int, change: Callable[[ScriptedMarket], object]) -> ScriptedMarket:
        """Let something happen at a time: ``market.at(2_000_000, lambda m: m.show("IEX", ask_qty=500))``."""
        self.script.append((time, change))
        return self

    def show(
        self,
        venue: str,
        *,
        bid: int | None = None,
        bid_qty: int | None = None,
        ask: int | None = None,
        ask_qty: int | None = None,
    ) -> None:
        """A new quote of a lit venue; what is not given stays."""
        old = self.quotes[venue]
        self.quotes[venue] = VenueQuote(
            venue,
            old.bid if bid is None else bid,
            old.bid_qty if bid_qty is None else bid_qty,
            old.ask if ask is None else ask,
            old.ask_qty if ask_qty is None else ask_qty,
            at=self.now,
            arrived_at=self.now,
            seq=old.seq + 1,
        )

    def depth(self, venue: str) -> VenueDepth:
        """The levels of a lit venue: its quote, as there is nothing behind it."""
        quote = self.quotes[venue]
        bids = ((quote.bid, quote.bid_qty),) if quote.bid_qty else ()
        return VenueDepth(bids, ((quote.ask, quote.ask_qty),) if quote.ask_qty else ())

    def midpoint(self) -> int | None:
        """Of the best bid and ask; None when a side is empty everywhere."""
        bids = [quote.bid for quote in self.quotes.values() if quote.bid_qty]
        asks = [quote.ask for quote in self.quotes.values() if quote.ask_qty]
        return (max(bids) + min(asks)) // 2 if bids and asks else None

    def priced(self, order: ChildOrder, side: Side) -> ChildOrder:
        """The child at the price that it has now: of a peg that of its own side there, within its cap."""
        if order.terms is None or not order.terms.peg or order.venue not in self.quotes:
            return order
        quote = self.quotes[order.venue]
        near = quote.bid if side is Side.BUY else quote.ask
        return order._replace(price=near if order.price is None else min(near * side, order.price * side) * side)

    def trade(self, order: ChildOrder, side: Side) -> tuple[int, int]:
        """Let a child trade what the fill rule gives it; (price, shares)."""
        price, there = self.fills(self, order, side)
        qty = min(order.qty, max(0, there))
        if order.time_in_force is TimeInForce.FOK and qty < order.qty:
            return price, 0
        if order.venue in self.dark_qty:
            self.dark_qty[order.venue] = max(0, self.dark_qty[order.venue] - qty)
        elif qty:
            self._take(order.venue, qty, side)
        return price, qty

    def _take(self, venue: str, qty: int, side: Side) -> None:
        left = max(0, self.quotes[venue].opposite(side)[1] - qty)
        if side is Side.BUY:
            self.show(venue, ask_qty=left)
        else:
            self.show(venue, bid_qty=left)


FillRule = Callable[[ScriptedMarket, ChildOrder, Side], tuple[int, int]]
"""What a child arriving now could trade: (price, shares)."""


def displayed(market: ScriptedMarket, order: ChildOrder, side: Side) -> tuple[int, int]:
    """All that the quote shows, or the pool holds, at a price within the child's limit."""
    price, there = (market.midpoint(), market.dark_qty.get(order.venue, 0))
    if order.venue in market.quotes:
        price, there = market.quotes[order.venue].opposite(side)
    if price is None or (order.price is not None and price * side > order.price * side):
        return 0, 0
    return price, there


def at_most(shares: int) -> FillRule:
    """A fill rule: as :func:`displayed`, but at most so many shares a child; 0 is a market that always fades."""
    return partial(_at_most, shares)


def _at_most(shares: int, market: ScriptedMarket, order: ChildOrder, side: Side) -> tuple[int, int]:
    price, there = displayed(market, order, side)
    return price, min(shares, there)


def _facts(lit: Sequence[str], dark: Sequence[str], taker_fees: Mapping[str, int], tick: int) -> dict[str, VenueFacts]:
    known = {name: VenueFacts(name, "lit", 0, taker_fees.get(name, 0), tick) for name in lit}
    return known | {name: VenueFacts(name, "dark", 0, taker_fees.get(name, 0), tick) for name in dark}


# -- driving ----------------------------------------------------------------------------------------------


@dataclass
class TriedChild:
    """A child as the strategy sent it, and what became of it. Times in ns; ``arrives_at`` counts ``not_before`` in."""

    sent_at: int
    arrives_at: int
    order: ChildOrder
    filled: int = 0
    last_px: int = 0
    live: bool = True


@dataclass
class Trial:
    """What a strategy did with a parent.

    ``status`` is FILLED, EXPIRED (its horizon ended), CANCELED (the strategy gave up), or OPEN when the work is over
    but a silent venue has not answered; ``ended_at`` in ns.
    ``decisions`` are (time, actions) of those that sent or scored.
    """

    parent: ParentOrder
    children: list[TriedChild] = field(default_factory=list)
    decisions: list[tuple[int, Actions]] = field(default_factory=list)
    status: str = ""
    ended_at: int = 0

    @property
    def filled(self) -> int:
        """Shares."""
        return sum(child.filled for child in self.children)

    @property
    def sent(self) -> list[tuple[str, int, int | None]]:
        """(venue, shares, limit) of all children, in order."""
        return [(child.order.venue, child.order.qty, child.order.price) for child in self.children]


def drive(strategy: Strategy, parent: ParentOrder, market: ScriptedMarket) -> Trial:
    """Let a strategy work a parent in a scripted market, to the parent's end.

    Raises:
        StrategyError: it broke a rule of `agents.strategy`, or decided more than ``DECISIONS_AT_MOST`` times.
    """
    env = Environment(parent.at)
    market.now = parent.at
    trial = Trial(parent)
    desk = _TrialDesk(env, market, trial)
    for at, change in market.script:
        env.call_at(max(at, parent.at), desk.happen, change)
    run = desk.run = ParentRun(parent, strategy, desk)
    env.call_at(parent.ends, lambda _: run.stop(EXPIRED))
    run.start()
    while not trial.status and env.peek() < FOR_EVER:
        env.step()
    if not trial.status:
        trial.status, trial.ended_at = OPEN, env.now
    return trial


class _TrialDesk:
    """The router's place, taken by a script; see `agents.parent_run.Desk`."""

    run: ParentRun

    def __init__(self, env: Environment, market: ScriptedMarket, trial: Trial) -> None:
        self.env = env
        self.market = market
        self.trial = trial
        self.lit = list(market.quotes)
        self.dark = list(market.dark_qty)
        self.facts = market.facts
        self.experience = market.experience
        self._children: dict[int, TriedChild] = {}
        self._resting: dict[int, Child] = {}
        self._looks = 0

    def now(self) -> int:
        return self.env.now

    def look(self) -> list[VenueQuote]:
        return list(self.market.quotes.values())

    def depth(self, venue: str) -> VenueDepth:
        return self.market.depth(venue)

    def recent(self, venue: str) -> list[Quote]:
        return self.market.recent.get(venue, [])

    def send(self, run: ParentRun, actions: Actions) -> list[Child]:
        now = self.env.now
        self._count_decision()
        self.trial.decisions.append((now, actions.with_all_costs()))
        sent = []
        for order in actions.send:
            child = Child(len(self._children) + 1, order, run)
            arrives_at = max(now, order.not_before or 0) + self.market.round_trip // 2
            tried = self._children[child.child_id] = TriedChild(now, arrives_at, order)
            self.trial.children.append(tried)
            self.env.call_at(arrives_at, self._arrive, child)
            child.sent_at = max(now, order.not_before or 0)
            sent.append(child)
        return sent

    def cancel(self, child: Child) -> None:
        self.env.call_in(self.market.round_trip // 2, self._cancel, child)

    def replace(self, child: Child, qty: int, price: int) -> None:
        self.env.call_in(self.market.round_trip // 2, self._replace, (child, qty, price))

    def wake_at(self, run: ParentRun, at: int) -> None:
        self._count_decision()
        number = run.wake_number()
        self.env.call_at(at, lambda _: run.time_is_up(number))

    def ended(self, run: ParentRun, status: int) -> None:
        self.trial.status = PARENT_STATUS[status]
        self.trial.ended_at = self.env.now

    def happen(self, change: Callable[[ScriptedMarket], object]) -> None:
        self.market.now = self.env.now
        change(self.market)
        self._come_to_those_that_rest()

    # -- at the venue -------------------------------------------------------------------------------

    def _arrive(self, child: Child) -> None:
        if not self._children[child.child_id].live or child.order.venue in self.market.silent:
            return
        if child.order.venue in self.market.refusing:
            self._end(child, ExecType.REJECTED, Reason.VENUE_HALTED)
            return
        if self._would_take_though_it_may_not(child):
            self._end(child, ExecType.REJECTED, Reason.POST_ONLY)
            return
        self._report(child, ExecType.NEW)
        self._trade(child)
        tried = self._children[child.child_id]
        if tried.live:
            self._resting[child.child_id] = child

    def _would_take_though_it_may_not(self, child: Child) -> bool:
        order, side = child.order, self.trial.parent.side
        if order.terms is None or not order.terms.post_only or order.price is None:
            return False
        price, size = self.market.quotes[order.venue].opposite(side)
        return bool(size) and (order.price - price) * side >= 0

    def _come_to_those_that_rest(self) -> None:
        for child in list(self._resting.values()):
            if self._children[child.child_id].live:
                self._trade(child)
            else:
                del self._resting[child.child_id]

    def _trade(self, child: Child) -> None:
        self.market.now = self.env.now
        tried = self._children[child.child_id]
        order, open_qty = self.market.priced(tried.order, self.trial.parent.side), tried.order.qty - tried.filled
        price, qty = self.market.trade(order._replace(qty=open_qty), self.trial.parent.side)
        if qty:
            tried.filled += qty
            tried.last_px = price
            tried.live = qty < open_qty
            self._report(child, ExecType.TRADE, price, qty)
        if tried.live and order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            self._end(child)

    def _end(self, child: Child, how: ExecType = ExecType.CANCELED, why: Reason = Reason.NONE) -> None:
        self._children[child.child_id].live = False
        self._report(child, how, reason=why)

    def _cancel(self, child: Child) -> None:
        if child.order.venue in self.market.silent:
            return
        if self._children[child.child_id].live:
            self._end(child)
        else:
            self._report(child, ExecType.CANCEL_REJECTED)

    def _replace(self, wanted: tuple[Child, int, int]) -> None:
        child, qty, price = wanted
        tried = self._children[child.child_id]
        if tried.order.venue in self.market.silent:
            return
        if not tried.live:
            self._report(child, ExecType.CANCEL_REJECTED)
        elif qty <= tried.filled:
            self._end(child)
        else:
            tried.order = tried.order._replace(qty=qty, price=price)
            self._report(child, ExecType.REPLACED)
            self._trade(child)

    def _report(
        self, child: Child, exec_type: ExecType, price: int = 0, qty: int = 0, reason: Reason = Reason.NONE
    ) -> None:
        tried = self._children[child.child_id]
        leaves = tried.order.qty - tried.filled if tried.live else 0
        report = ExecutionReport(
            exec_type, _status(exec_type, leaves), child.child_id, 0, self.trial.parent.side, tried.order.price,
            price, qty, tried.filled, leaves, Liquidity.TAKER if qty else Liquidity.NONE, reason, self.env.now,
        )  # fmt: skip
        back = self.market.round_trip - self.market.round_trip // 2 + self.market.late.get(tried.order.venue, 0)
        self.env.call_in(back, self._hear, (child, report))

    def _hear(self, heard: tuple[Child, ExecutionReport]) -> None:
        child, report = heard
        if child.child_id in self.run.children:
            self.run.take_in(ChildReport(child.child_id, child.order.venue, report, self.env.now))

    def _count_decision(self) -> None:
        self._looks += 1
        if self._looks > DECISIONS_AT_MOST:
            raise self.run.breach(f"more than {DECISIONS_AT_MOST} decisions on one parent; wait longer or give up")


def _status(exec_type: ExecType, leaves: int) -> OrdStatus:
    if exec_type is ExecType.CANCELED:
        return OrdStatus.CANCELED
    if exec_type is ExecType.REJECTED:
        return OrdStatus.REJECTED
    if exec_type is ExecType.TRADE:
        return OrdStatus.PARTIALLY_FILLED if leaves else OrdStatus.FILLED
    return OrdStatus.NEW
