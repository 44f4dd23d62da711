"""A crowd of makers that keeps, at each venue, as many places in the queue as pay.

Rules
    Each side of a venue is a queue of places, orders of equal size at one price, half the spread from the crowd's
    estimate, rounded away to the tick. When news moves that price, all places are taken down and put up again after the
    reaction time; places that were filled are put up again, at the back, after `requote`.
    Every place belongs to somebody who wants it to pay. The last place of a queue is filled by orders that take the
    whole queue alone: large ones, and those of who knows more. What it earned is measured from its own fills: the price
    against the estimate `horizon` later, and the fee.
    At each review a venue's queues get one place more when its last places earned money since the review before, one
    less when they lost; one is always kept, as nothing is learned without. So depth settles where the last place earns
    nothing: the zero-profit condition of Glosten (1994), and of Foucault and Menkveld (2008) for two venues.

Decisions use + - * and comparisons of whole numbers only.

Does not model
    Who of the crowd owns which place; quotes of others, who may stand at a better price.

Sources: Glosten, Journal of Finance 49 (1994); Foucault, Menkveld, Journal of Finance 63 (2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.participant import ESTIMATE, Participant, Place
from sim.history import HistoryView
from venues.messages import MICROS_PER_UNIT, CancelOrder, ExecType, ExecutionReport, NewOrder, Side, Terms, TimeInForce
from venues.protocols import OrderEntry

POST_ONLY = Terms(post_only=True)


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """How a crowd quotes: price units, shares, numbers of places, ns."""

    half_spread: int
    place_qty: int
    first: int
    """Places of each queue at the start."""
    most: int
    review: int
    horizon: int
    requote: int
    reaction: int


class Queue:
    """The crowd's places on one side of a venue, in the order in which they stand there."""

    __slots__ = ("leaves", "price", "side")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.price = 0
        """Price units; 0: not quoted yet."""
        self.leaves: dict[int, int] = {}
        """Order id -> shares, the first in line first."""

    def is_last(self, order_id: int) -> bool:
        """Whether this order is at the end of the line."""
        return next(reversed(self.leaves), 0) == order_id


class VenueQueues:
    """Both queues at a venue, and what their last places earned since the last review."""

    def __init__(self, crowd: QueueMaker, session: OrderEntry) -> None:
        self._crowd = crowd
        self._session = session
        self._fees = crowd.place.fees[session.venue]
        self.queues = (Queue(Side.BUY), Queue(Side.SELL))
        self.depth = crowd.terms.first
        """Places of each queue."""
        self.earned = 0
        """By last places, millionths of a dollar."""
        self._refilling = False
        session.on_mail = self.read

    # -- what happens to it ---------------------------------------------------------------------

    def read(self) -> None:
        """Take in fills; plan to fill the queues up again."""
        for _, report in self._session.read():
            if report.exec_type is ExecType.TRADE:
                self._crowd.book(self._session.venue, report)
            for queue in self.queues:
                if report.order_id in queue.leaves:
                    self._take_in(queue, report)
        if not self._refilling and any(len(queue.leaves) < self.depth for queue in self.queues):
            self._refilling = True
            self._crowd.env.call_in(self._crowd.terms.requote, self._refill)

    def _take_in(self, queue: Queue, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE and queue.is_last(report.order_id):
            self._crowd.env.call_in(self._crowd.terms.horizon, self._settle, report)
        if report.leaves_qty and report.exec_type is not ExecType.CANCEL_REJECTED:
            queue.leaves[report.order_id] = report.leaves_qty
        elif not report.leaves_qty:
            del queue.leaves[report.order_id]

    def _settle(self, fill: ExecutionReport) -> None:
        """What a last place earned, held against what the crowd knows by now."""
        moved = int(fill.side) * (self._crowd.estimate() - fill.last_px)
        self.earned += (moved * MICROS_PER_UNIT - self._fees[0]) * fill.last_qty

    # -- what it does ---------------------------------------------------------------------------

    def move(self) -> None:
        """Bring both queues to their prices: all places of a queue that moves go down, and to the back of the new one.

        The cancels of both sides go first, so that the crowd never meets itself.
        """
        self.read()
        moving = [queue for queue in self.queues if queue.price != self._crowd.price_of(queue.side)]
        for queue in moving:
            self._take_down(queue, 0)
        for queue in moving:
            queue.price = self._crowd.price_of(queue.side)
            self._put_up(queue)

    def review(self) -> None:
        """One place more where the last ones earned money, one less where they lost."""
        self.read()
        terms = self._crowd.terms
        if self.earned:
            self.depth = max(1, min(terms.most, self.depth + (1 if self.earned > 0 else -1)))
        self.earned = 0
        for queue in self.queues:
            self._take_down(queue, self.depth)
            self._put_up(queue)

    def _refill(self, _: object) -> None:
        self._refilling = False
        for queue in self.queues:
            self._put_up(queue)

    def _take_down(self, queue: Queue, keep: int) -> None:
        for order_id in [*queue.leaves][keep:]:
            self._session.send(CancelOrder(order_id, self._crowd.number))
            del queue.leaves[order_id]

    def _put_up(self, queue: Queue) -> None:
        if queue.price <= 0:
            return
        place, number, qty = self._crowd.place, self._crowd.number, self._crowd.terms.place_qty
        for _ in range(self.depth - len(queue.leaves)):
            order = NewOrder(place.new_id(), number, queue.side, qty, queue.price, TimeInForce.DAY, POST_ONLY)
            queue.leaves[order.order_id] = qty
            self._session.send(order)


class QueueMaker(Participant):
    """A crowd of makers; every one of its venues is judged by itself."""

    kind = "queue_maker"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: HistoryView[int],
        terms: QueueTerms,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self.terms = terms
        self._news = news
        self._known = 0
        self.at = {venue: VenueQueues(self, session) for venue, session in sessions.items()}
        """Venue -> its queues."""

    def start(self) -> None:
        """Listen, and put the first places up."""
        self._news.subscribe(lambda _: self._react(), lambda _value, _before: True)
        self._react()
        self.env.call_in(self.terms.review, self._review)

    def estimate(self) -> int:
        """The value as far as the crowd has heard of it, price units."""
        value = self._news.advance(self.env.now)
        assert value is not None
        return value

    def price_of(self, side: Side) -> int:
        """Where a side is quoted, price units: half the spread away, rounded away to the tick."""
        tick = self.place.tick
        away = int(side) * (self._known - int(side) * self.terms.half_spread)
        return int(side) * (away // tick * tick)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for queues in self.at.values():
            queues.read()
        super().log_state()

    def _react(self) -> None:
        self.env.call_in(self.terms.reaction, self._move)

    def _move(self, _: object) -> None:
        known = self.estimate()
        if known != self._known:
            self._known = known
            self._log_state(self.env.now, self.number, ESTIMATE, known)
        for queues in self.at.values():
            queues.move()

    def _review(self, _: object) -> None:
        for queues in self.at.values():
            queues.review()
        self.env.call_in(self.terms.review, self._review)
