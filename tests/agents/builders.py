"""A small market made by hand: venues that answer in no time, news and a crowd's orders that come when told.

    stage = Stage("NYSE", "BATS", news=[(10_000, 100_0500)])
    ask = stage.rests("NYSE", SELL, 300, 100_0100)     # in the book from 1 ns on
    stage.takes("NYSE", BUY, 300, at=20_000)           # at the venue at 20,000 ns
    stage.run(until=30_000)                            # what is due then included

Times in ns, prices in price units ($0.0001), sizes in shares. A fixed latency is a number, a drawn one a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import pytest

from agents.maker import MAKER_WAKES, MakerTerms, MarketMaker
from agents.news import Fundamental
from agents.orders import ChildOrder, ParentOrder
from agents.participant import Place
from agents.planned import PlannedParent
from agents.router import Router
from agents.sniper import SNIPER_WAKES, Sniper, SniperHost, SniperTerms
from agents.strategy import Strategy, StrategyError, VenueFacts
from agents.strategy_trial import ScriptedMarket, Trial, buy, drive
from scenarios.build import Market, build
from scenarios.load import load
from sim.environment import Environment
from sim.log import EventLog
from venues.dark import DarkPool
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.messages import CancelOrder, ExecType, NewOrder, Side, TimeInForce
from venues.protocols import QuoteBoard
from venues.session import Session
from venues.sip import DirectBoard
from venues.tables import ACTIONS
from venues.venue import Venue

BUY, SELL = Side.BUY, Side.SELL
DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
US, MS, S = 1_000, 1_000_000, 1_000_000_000

VALUE = 100_0000
TICK, LOT = 100, 100
MAKER_FEE, TAKER_FEE = -2_000, 3_000

MAKER, SNIPER, CLIENT, FLOW, CROWD = 1, 2, 3, 4, 99
"""Numbers of participants."""

NEVER: frozenset[ExecType] = frozenset()
FOREVER = 1 << 60

Latency = Callable[[], int] | int


class Arrived(NamedTuple):
    """A message of a participant as a venue took it; price 0: a market order, or a cancel."""

    at: int
    venue: str
    action: str
    side: int
    price: int
    qty: int
    order_id: int


class Fill(NamedTuple):
    """A trade as told to one party."""

    at: int
    venue: str
    side: int
    price: int
    qty: int


class Moves:
    """A value that moves when told: [(at, value), ...], and then no more."""

    def __init__(self, moves: Iterable[tuple[int, int]]) -> None:
        self._moves = iter(moves)
        self._last = 0

    def step(self) -> tuple[int, float]:
        at, value = next(self._moves, (FOREVER, 1))
        gap, self._last = at - self._last, at
        return gap, value


class Midpoint:
    """A pool's reference that stands still."""

    def __init__(self, bid: int, ask: int) -> None:
        self._best = bid, ask

    def best(self, now: int) -> tuple[int, int]:
        return self._best

    def subscribe(self, handler: Callable[[object], object]) -> None:
        pass

    def unsubscribe(self) -> None:
        pass


class Stage:
    """Lit venues (and pools, that cross at ``value``) on one clock."""

    def __init__(
        self,
        *lit: str,
        pools: Sequence[str] = (),
        news: Iterable[tuple[int, int]] = (),
        value: int = VALUE,
        tick: int = TICK,
    ) -> None:
        self.env, self.log, self.new_id = Environment(), EventLog(), count(1).__next__
        fees, env, log = FeeSchedule(MAKER_FEE, TAKER_FEE), self.env, self.log
        self.venues: dict[str, Venue] = {}
        for name in lit:
            self.venues[name] = LitVenue(env, len(self.venues), name, fees, 0, log, tick=tick)
        for name in pools:
            reference = Midpoint(value - tick, value + tick)
            self.venues[name] = DarkPool(env, len(self.venues), name, fees, 0, log, reference, tick)
        self.place = Place(env, log, self.new_id, tick, LOT, dict.fromkeys(self.venues, (MAKER_FEE, TAKER_FEE)))
        self.fundamental = Fundamental(env, value, Moves(news), log)
        self.fundamental.start()
        self._crowd = {name: venue.connect(CROWD, 1, 1, NEVER) for name, venue in self.venues.items()}

    # -- the crowd ------------------------------------------------------------------------------

    def rests(self, venue: str, side: Side, qty: int, price: int, at: int = 1) -> int:
        """The crowd's order is in the venue's book from ``at`` on; its id."""
        return self.sends(venue, NewOrder(self.new_id(), CROWD, side, qty, price, GTC), at)

    def takes(self, venue: str, side: Side, qty: int, price: int | None = None, at: int = 1) -> int:
        """The crowd takes what is there at ``at``."""
        return self.sends(venue, NewOrder(self.new_id(), CROWD, side, qty, price, IOC), at)

    def cancels(self, venue: str, order_id: int, at: int) -> None:
        """The crowd's cancel is at the venue at ``at``."""
        self.sends(venue, CancelOrder(order_id, CROWD), at)

    def sends(self, venue: str, message: Any, at: int) -> int:
        """A message of the crowd that reaches the venue at ``at`` (1 or later)."""
        self.env.call_at(at - 1, self._crowd[venue].send, message)
        return int(message.order_id)

    def run(self, until: int) -> None:
        """Let everything happen that is due by ``until``."""
        self.env.run(until=until + 1)

    # -- connections ----------------------------------------------------------------------------

    def lit(self, venue: str) -> LitVenue:
        found = self.venues[venue]
        assert isinstance(found, LitVenue)
        return found

    def lit_names(self) -> list[str]:
        return [name for name, venue in self.venues.items() if isinstance(venue, LitVenue)]

    def sessions(
        self, number: int, venues: Iterable[str], to: Latency, back: Latency, wakes: frozenset[ExecType]
    ) -> dict[str, Session]:
        return {name: self.venues[name].connect(number, to, back, wakes) for name in venues}

    # -- what happened --------------------------------------------------------------------------

    def rows(self, table: str) -> list[dict[str, int]]:
        """The rows of a table."""
        return rows_of(self.log, table)

    def arrived(self, owner: int, venue: str | None = None) -> list[Arrived]:
        """What a participant sent, as it reached the venues (or one)."""
        names = list(self.venues)
        found = [
            Arrived(r["at"], names[r["venue"]], ACTIONS[r["action"]], r["side"], r["price"], r["qty"], r["order_id"])
            for r in self.rows("orders")
            if r["owner"] == owner
        ]
        return [message for message in found if venue in (None, message.venue)]

    def fills(self, owner: int) -> list[Fill]:
        """A participant's fills, as the venues made them."""
        names = list(self.venues)
        return [
            Fill(r["at"], names[r["venue"]], r["side"], r["last_px"], r["last_qty"])
            for r in self.rows("reports")
            if r["owner"] == owner and r["last_qty"]
        ]

    def account(self, owner: int) -> tuple[int, int]:
        """(shares, millionths of a dollar) that a participant must have after these fills, fees included."""
        traded = [r for r in self.rows("reports") if r["owner"] == owner and r["last_qty"]]
        shares = sum(r["side"] * r["last_qty"] for r in traded)
        return shares, -sum(r["side"] * r["last_qty"] * r["last_px"] * 100 + r["fee"] for r in traded)

    def resting(self, owner: int, venue: str) -> list[tuple[int, int, int]]:
        """(side, price, leaves) of a participant's orders in a lit venue's book, bids first, best first."""
        return [(o.side, o.price, o.leaves_qty) for o in self.lit(venue).book.orders() if o.owner == owner]


def rows_of(log: EventLog, table: str) -> list[dict[str, int]]:
    """The rows of a table by column."""
    array = log.arrays().get(table)
    return [] if array is None else [dict(zip(array.dtype.names, row, strict=True)) for row in array.tolist()]


def always(number: int) -> Callable[[], int]:
    """A draw that always gives this number."""
    return lambda: number


# -- participants -----------------------------------------------------------------------------------


def maker(
    stage: Stage,
    venues: Iterable[str] | None = None,
    *,
    to: Latency = 50,
    back: Latency = 50,
    feed: Latency = 30,
    news: Latency = 20,
    reaction: Callable[[], int] | int = 10,
    number: int = MAKER,
    **terms: Any,
) -> MarketMaker:
    """A maker, started: 300 shares a cent from its estimate; fills are put up again after 1,000 ns."""
    names = stage.lit_names() if venues is None else venues
    sessions = stage.sessions(number, names, to, back, MAKER_WAKES)
    usual = {"half_spread": 100, "size": 300, "levels": 1, "position_limit": 10_000, "skew": 0.0}
    late = {"requote": 1_000, "fade_size": 0, "refresh": 5_000}
    made = MarketMaker(
        stage.place,
        "maker",
        number,
        sessions,
        stage.fundamental.view(news),
        {name: stage.lit(name).feed.view(stage.env, feed) for name in sessions},
        reaction if callable(reaction) else always(reaction),
        MakerTerms(**{**usual, **late, **terms}),
    )
    made.start()
    return made


def sniper(
    stage: Stage,
    hosts: Mapping[str, Mapping[str, Latency]],
    *,
    news: Latency | None = 200,
    to: int = 1,
    local: int = 1,
    reaction: Callable[[], int] | int = 29,
    number: int = SNIPER,
    **terms: Any,
) -> Sniper:
    """A sniper, started: a host at each venue, with the lengths of its wires from other venues' feeds to it.

    An order is at the host's venue ``to`` after it was sent; the venue's feed is here after ``local``.
    """
    usual = {"threshold": 100, "sweep_size": 300, "max_size": 1_000, "position_limit": 5_000, "hold": 1_000_000}
    made = Sniper(stage.place, "sniper", number, stage.sessions(number, hosts, to, to, SNIPER_WAKES))
    made.hosts += [
        SniperHost(
            made,
            made.sessions[venue],
            None if news is None else stage.fundamental.view(news),
            stage.lit(venue).feed.view(stage.env, local),
            {origin: stage.lit(origin).feed.view(stage.env, wire) for origin, wire in wires.items()},
            reaction if callable(reaction) else always(reaction),
            SniperTerms(**{**usual, **terms}),
        )
        for venue, wires in hosts.items()
    ]
    made.start()
    return made


def facts(stage: Stage, venues: Iterable[str] | None = None) -> dict[str, VenueFacts]:
    """What a router knows of the venues."""
    return {
        name: VenueFacts(name, "lit" if venue.kind == "lit" else "dark", MAKER_FEE, TAKER_FEE, TICK, venue.number)
        for name, venue in stage.venues.items()
        if venues is None or name in venues
    }


def router(
    stage: Stage,
    strategy: Strategy,
    *parents: PlannedParent,
    to: Latency = 100,
    back: Latency = 100,
    feed: Latency = 50,
    board: QuoteBoard | None = None,
    venues: Sequence[str] | None = None,
    number: int = CLIENT,
    **more: Any,
) -> Router:
    """A router, started, that hears every lit venue's feed after ``feed``."""
    known = facts(stage, venues)
    lit = [stage.lit(name) for name in stage.lit_names() if name in known]
    made = Router(
        stage.place,
        "client",
        number,
        stage.sessions(number, known, to, back, frozenset(ExecType)),
        board or DirectBoard(lit, stage.env, [feed] * len(lit)),
        known,
        strategy,
        parents,
        **more,
    )
    made.start()
    return made


def parent(
    at: int = 1_000,
    side: Side = BUY,
    qty: int = 300,
    limit: int | None = None,
    offset: int | None = None,
    horizon: int = 100_000,
) -> PlannedParent:
    """A parent that arrives when the books stand, for 100 us."""
    return PlannedParent(at, side, qty, limit, offset, horizon)


# -- strategies on trial ----------------------------------------------------------------------------

HALF = 250_000
"""Half a round trip of a trial; what is sent at 0 is told at 500,000."""


def trial_market(**keys: Any) -> ScriptedMarket:
    """NYSE has 300 shares at $99.99 and $100.00, BATS 200 at $99.99 and $100.01, the pool nothing."""
    quotes = {"NYSE": (99_9900, 300, 100_0000, 300), "BATS": (99_9900, 200, 100_0100, 200)}
    return ScriptedMarket(quotes, {"POOL": 0}, round_trip=2 * HALF, **keys)


def takes(
    qty: int, price: int | None = 100_0000, tif: TimeInForce = IOC, venue: str = "NYSE", **more: Any
) -> ChildOrder:
    """A child that takes what is offered at $100.00."""
    return ChildOrder(venue, qty, price, tif, **more)


def rests(qty: int, price: int = 99_9000, venue: str = "NYSE") -> ChildOrder:
    """A child that rests at $99.90."""
    return ChildOrder(venue, qty, price, DAY)


def yields(*wanted: Any) -> Strategy:
    """A strategy that yields these one after the other."""

    def scripted(parent: Any, view: Any) -> Any:
        for actions in wanted:  # noqa: UP028 - what it is resumed with cannot be sent on to a tuple
            yield actions

    return scripted


def works(strategy: Strategy, parent: ParentOrder | None = None, at: ScriptedMarket | None = None) -> Trial:
    """Let a strategy work a parent (500 shares to buy) in that market."""
    return drive(strategy, parent or buy(500), at or trial_market())


def breach(*wanted: Any, parent: ParentOrder | None = None) -> str:
    """The rule that a strategy is told it broke that yields these."""
    with pytest.raises(StrategyError) as error:
        works(yields(*wanted), parent)
    name, _, rule = str(error.value).partition(" ns: ")
    assert name.startswith("strategy scripted, parent 1, time ")
    return rule


# -- from a scenario --------------------------------------------------------------------------------


def scenario_market(*agents: Mapping[str, Any], seed: int = 7, **keys: Any) -> Market:
    """The market of a scenario with these agents: two lit venues and a pool, started."""
    venues = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}, {"name": "POOL", "kind": "dark"}]
    mapping = {
        "name": "small",
        "instruments": [{"symbol": "XYZ", "price": 100}],
        "venues": venues,
        "feeds": {"sip": {}},
        "fundamental": {"kind": "constant"},
        "agents": [dict(agent) for agent in agents],
        **keys,
    }
    market = build(load(mapping), EventLog(), seed)
    market.start()
    return market
