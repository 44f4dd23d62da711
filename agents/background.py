"""Zero-intelligence flow, and the ladder that a day opens with.

Rules
    At each venue, independently: limit orders and market orders arrive as Poisson processes; a limit order lives an
    exponential time and is then cancelled. Sides are fair. Sizes are uniform in round lots.
    A limit price lies an exponential distance (mean ``depth``) behind the flow's fair value, rounded away from it to
    the tick. The fair value is what has arrived on the flow's own news link: late news makes stale orders.
    Shares of the limit orders may be hidden, icebergs, or stop orders: a stop lies as far beyond the fair value as the
    limit would have lain behind it, and sends a market order when it goes.

Does not model
    Memory, sign correlation, reaction to the book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.participant import Participant, Place
from sim.history import HistoryView
from venues.messages import CancelOrder, ExecType, NewOrder, OrdStatus, Side, Terms, TimeInForce
from venues.protocols import OrderEntry, Reports

BUY, SELL, DAY = Side.BUY, Side.SELL, TimeInForce.DAY
TRADE, FILLED, REJECTED = ExecType.TRADE, OrdStatus.FILLED, OrdStatus.REJECTED
_make: Callable[..., Any] = tuple.__new__  # a message for half of what its named constructor costs
HIDDEN = Terms(display_qty=0)


@dataclass(frozen=True, slots=True)
class OrderKinds:
    """Which limit orders are of another kind: shares of all of them, together at most 1.

    Attributes:
        draw: a number from 0 to 1 for each order.
        peak: shares that an iceberg shows.
    """

    draw: Callable[[], float]
    hidden: float = 0.0
    iceberg: float = 0.0
    peak: int = 100
    stop: float = 0.0

    def of(self, order: NewOrder, stop_px: int) -> NewOrder:
        """The order as it is sent; a stop at ``stop_px``, price units, has no limit."""
        drawn = self.draw()
        if drawn < self.hidden:
            return order._replace(terms=HIDDEN)
        if drawn < self.hidden + self.iceberg:
            return order._replace(terms=Terms(display_qty=self.peak))
        if drawn < self.hidden + self.iceberg + self.stop:
            return order._replace(price=None, terms=Terms(stop_px=stop_px))
        return order


@dataclass(frozen=True, slots=True)
class FlowDraws:
    """The random draws of the flow at one venue; each call gives the next one.

    Attributes:
        limit_gap, market_gap: ns to the next order; None: there is none.
        lifetime: ns; distance: price units; lots: round lots; sides: +1 or -1.
        kinds: None: all limit orders are plain.
    """

    limit_gap: Callable[[], int] | None
    lifetime: Callable[[], int]
    distance: Callable[[], int]
    limit_lots: Callable[[], int]
    limit_side: Callable[[], int]
    market_gap: Callable[[], int] | None
    market_lots: Callable[[], int]
    market_side: Callable[[], int]
    kinds: OrderKinds | None = None


class VenueFlow:
    """The flow at one venue."""

    def __init__(
        self,
        place: Place,
        number: int,
        session: OrderEntry,
        news: HistoryView[int],
        draws: FlowDraws,
        ledger_of: Participant,
    ) -> None:
        self._place = place
        self._env = place.env
        self._number = number
        self._session = session
        self._news = news
        self._draws = draws
        self._flow = ledger_of
        self._open: dict[int, None] = {}

    def start(self) -> None:
        """Plan the first orders."""
        if self._draws.limit_gap is not None:
            self._env.call_in(self._draws.limit_gap(), self._place_limit)
        if self._draws.market_gap is not None:
            self._env.call_in(self._draws.market_gap(), self._place_market)

    def _place_limit(self, _: object) -> None:
        env, draws, tick = self._env, self._draws, self._place.tick
        assert draws.limit_gap is not None
        env.call_in(draws.limit_gap(), self._place_limit)
        fair = self._news.advance(env._now)
        assert fair is not None
        distance = draws.distance()
        if draws.limit_side() > 0:
            side, price = BUY, (fair - distance) // tick * tick
        else:
            side, price = SELL, -((-fair - distance) // tick) * tick
        order_id = self._place.new_id()
        self._open[order_id] = None
        qty = draws.limit_lots() * self._place.lot
        price = price if price > tick else tick
        order = _make(NewOrder, (order_id, self._number, side, qty, price, DAY, None))
        if draws.kinds is not None:
            order = draws.kinds.of(order, _on_tick(fair + side * distance, side, tick))
        self._session.send(order)
        env.call_in(draws.lifetime(), self._cancel, order_id)

    def _place_market(self, _: object) -> None:
        draws = self._draws
        assert draws.market_gap is not None
        self._env.call_in(draws.market_gap(), self._place_market)
        side = Side.BUY if draws.market_side() > 0 else Side.SELL
        qty = draws.market_lots() * self._place.lot
        self._session.send(NewOrder(self._place.new_id(), self._number, side, qty, None, TimeInForce.IOC))

    def _cancel(self, order_id: int) -> None:
        reports = self._session.read()
        if reports:
            self._take_in(reports)
        if order_id in self._open:
            del self._open[order_id]
            self._session.send(_make(CancelOrder, (order_id, self._number)))

    def read(self) -> None:
        """Take in what has come back."""
        self._take_in(self._session.read())

    def _take_in(self, reports: Reports) -> None:
        for _, report in reports:
            if report.exec_type is TRADE:
                self._flow.book(self._session.venue, report)
            if report.ord_status is FILLED or report.ord_status is REJECTED:
                self._open.pop(report.order_id, None)


def _on_tick(price: int, side: Side, tick: int) -> int:
    """A stop's price, rounded to the tick away from the fair value; at least a tick."""
    rounded = -(-price // tick) * tick if side is BUY else price // tick * tick
    return max(tick, rounded)


class BackgroundFlow(Participant):
    """One participant whose flows at its venues are independent of each other."""

    kind = "background_flow"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: Mapping[str, HistoryView[int]],
        draws: Mapping[str, FlowDraws],
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._flows = [
            VenueFlow(place, number, session, news[venue], draws[venue], self) for venue, session in sessions.items()
        ]

    def start(self) -> None:
        """Plan the first orders at every venue."""
        for flow in self._flows:
            flow.start()

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for flow in self._flows:
            flow.read()
        super().log_state()


class RestingOrders(Participant):
    """A ladder of GTC orders on both sides of the opening price, sent at time 0 and never touched again.

    Args:
        price: the middle, price units; half_spread: distance of the first level; levels, qty: how many, how large.
    """

    kind = "resting_orders"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        price: int,
        half_spread: int,
        levels: int,
        qty: int,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._price = price
        self._half_spread = half_spread
        self._levels = levels
        self._qty = qty

    def start(self) -> None:
        """Send the ladder to every venue."""
        tick = self.place.tick
        for session in self.sessions.values():
            for level in range(self._levels):
                distance = self._half_spread + level * tick
                bid = (self._price - distance) // tick * tick
                ask = -((-self._price - distance) // tick) * tick
                for side, price in ((Side.BUY, bid), (Side.SELL, ask)):
                    if price > 0:
                        order = NewOrder(self.place.new_id(), self.number, side, self._qty, price, TimeInForce.GTC)
                        session.send(order)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for venue, session in self.sessions.items():
            for _at, report in session.read():
                if report.exec_type is ExecType.TRADE:
                    self.book(venue, report)
        super().log_state()
