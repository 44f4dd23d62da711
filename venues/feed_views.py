"""Views of order and level feeds: a reader at the end of a link, for whom nothing is sent while nobody looks.

Rules
    Every packet arrives over the view's own FIFO link (`sim.history`); the view reads what has arrived when somebody
    looks. A new view hears of what comes next, and of what was there by a snapshot made when it joined, which arrives
    after the recovery latency.
    ``lost`` is asked once a packet, in order: True, and it never arrives. A view that finds a gap asks the venue for a
    snapshot, at once if it is woken by the feed, else when somebody looks; request and answer take the recovery latency
    each. Until then it holds the book as of the gap. The loss of a last packet is noticed with the next one.

Cost
    No event, but one for each recovery; one for each packet of interest to a subscriber.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from sim.environment import Environment
from sim.history import History, Interest
from sim.link import LatencySource
from venues.displayed_book import DisplayedBook
from venues.feed_messages import LevelPacket, LevelSnapshot, OrderPacket, OrderSnapshot
from venues.feed_readers import LevelReader, OrderBookReader, Sequenced

P = TypeVar("P", bound=Sequenced)
S = TypeVar("S")
P_contra = TypeVar("P_contra", contravariant=True)
S_co = TypeVar("S_co", covariant=True)
S_contra = TypeVar("S_contra", contravariant=True)

Lost = Callable[[], bool]
"""Asked once a packet, in order: True, and it never arrives."""


class Feed(Protocol[P, S_co]):
    """What can be viewed: an order feed, a level feed, a conflated one."""

    history: History[P]

    @property
    def seq(self) -> int:
        """Sequence number of the last thing told."""

    def snapshot(self, now: int) -> S_co:
        """The book as told so far."""

    def advance(self, now: int) -> object:
        """Publish what was due by ``now``."""

    def react(self) -> object:
        """From now on publish everything when it is due."""


class Reader(Protocol[P_contra, S_contra]):
    """What rebuilds a book from packets: `venues.feed_readers`."""

    @property
    def seq(self) -> int:
        """The last sequence number read."""

    @property
    def missing(self) -> tuple[int, int] | None:
        """The first gap, if any."""

    def take(self, packet: P_contra) -> None:
        """Read a packet."""

    def recover(self, snapshot: S_contra) -> None:
        """Go on from a snapshot."""


class FeedView(Generic[P, S]):
    """Keeps a reader up to date with a feed; see the rules above.

    ``latency`` is drawn once a packet, ``recovery`` once a request and once a snapshot; a fixed one may be an int (ns).
    """

    def __init__(
        self,
        feed: Feed[P, S],
        reader: Reader[P, S],
        env: Environment,
        latency: LatencySource | int,
        recovery: LatencySource | int,
        lost: Lost | None = None,
    ) -> None:
        feed.advance(env.now)
        self._feed = feed
        self._reader = reader
        self._env = env
        self._packets = feed.history.view(env, latency, keep_up=self.keep_up)
        self._fixed = recovery if isinstance(recovery, int) else 0
        self._recovery: LatencySource = recovery if not isinstance(recovery, int) else lambda: self._fixed
        self._lost = lost
        self._handler: Callable[[], object] | None = None
        self._told = 0
        self._asked = False
        self._answer: tuple[int, S] | None = None
        self.snapshots = 0
        """Snapshots asked for, the one on joining included."""
        if feed.seq:
            self._ask()
            self._make_snapshot()

    @property
    def missing(self) -> tuple[int, int] | None:
        """The first gap (first, last) at the last look; None: nothing is known to be missing."""
        return self._reader.missing

    def keep_up(self, now: int) -> None:
        """Read what has arrived by ``now`` (ns)."""
        self._feed.advance(now)
        packets = self._packets
        while True:
            arrival = packets.next_arrival()
            if self._answer is not None and self._answer[0] <= now:
                self._recover(self._answer[1])
            elif arrival is not None and arrival <= now:
                self._take(packets.take())
            else:
                return
            if self._reader.missing is not None and not self._asked:
                self._ask()
                self._env.call_at(self._env.now + self._draw(), self._make_snapshot)

    def on_change(self, handler: Callable[[], object], interest: Interest[P]) -> None:
        """Call ``handler()`` when packets of interest have been read; what a recovery read counts too.

        Raises:
            ValueError: the view has a subscriber already.
        """
        self._feed.react()
        self._packets.subscribe(self._wake, interest)
        self._handler = handler
        self._told = self._reader.seq
        if self._answer is not None:
            self._env.call_at(max(self._answer[0], self._env.now), self._arrived)

    def _wake(self, _: P) -> None:
        self.keep_up(self._env.now)
        self._tell()

    def _tell(self) -> None:
        if self._handler is not None and self._reader.seq > self._told:
            self._told = self._reader.seq
            self._handler()

    def _take(self, packet: P) -> None:
        if self._lost is None or not self._lost():
            self._reader.take(packet)

    def _ask(self) -> None:
        self._asked = True
        self.snapshots += 1

    def _make_snapshot(self, _: object = None) -> None:
        now = self._env.now
        arrival = now + self._draw()
        self._answer = arrival, self._feed.snapshot(now)
        if self._handler is not None:
            self._env.call_at(arrival, self._arrived)

    def _arrived(self, _: object = None) -> None:
        self.keep_up(self._env.now)
        self._tell()

    def _recover(self, snapshot: S) -> None:
        self._answer, self._asked = None, False
        self._reader.recover(snapshot)

    def _draw(self) -> int:
        recovery = self._recovery  # CPython is slow to call a callable kept in a slot: name it first
        return max(1, recovery())


class OrderBookView(FeedView[OrderPacket, OrderSnapshot]):
    """A venue's displayed book, order by order, as one reader hears of it.

    >>> from venues.book import Book
    >>> from venues.messages import NewOrder, Side
    >>> from venues.order_feed import OrderFeed
    >>> env, book = Environment(), Book()
    >>> feed = OrderFeed(book)
    >>> view = OrderBookView(feed, env, latency=70, recovery=90)
    >>> feed.publish(book.submit(NewOrder(1, 7, Side.BUY, 300, 99_0000), now=0), venue_seq=1, now=0)
    >>> view.advance(69).top(), view.advance(70).top()
    ((0, 0, 0, 0), (990000, 300, 0, 0))
    """

    def __init__(
        self,
        feed: Feed[OrderPacket, OrderSnapshot],
        env: Environment,
        latency: LatencySource | int,
        recovery: LatencySource | int,
        lost: Lost | None = None,
    ) -> None:
        self._rebuilt = OrderBookReader()
        super().__init__(feed, self._rebuilt, env, latency, recovery, lost)

    def advance(self, now: int) -> DisplayedBook:
        """The displayed book as known at ``now`` (ns); it is the reader's own: look, and look again later."""
        self.keep_up(now)
        return self._rebuilt.book

    def subscribe(self, handler: Callable[[DisplayedBook], object], interest: Interest[OrderPacket]) -> None:
        """Call ``handler(book)`` when a packet of interest has been read."""
        self.on_change(lambda: handler(self._rebuilt.book), interest)


class LevelView(FeedView[LevelPacket, LevelSnapshot]):
    """A venue's price levels as one reader hears of them, from a level feed of any depth or a conflated one."""

    def __init__(
        self,
        feed: Feed[LevelPacket, LevelSnapshot],
        env: Environment,
        latency: LatencySource | int,
        recovery: LatencySource | int,
        lost: Lost | None = None,
    ) -> None:
        self._rebuilt = LevelReader()
        super().__init__(feed, self._rebuilt, env, latency, recovery, lost)

    def advance(self, now: int) -> LevelReader:
        """The levels as known at ``now`` (ns); they are the reader's own: look, and look again later."""
        self.keep_up(now)
        return self._rebuilt

    def subscribe(self, handler: Callable[[LevelReader], object], interest: Interest[LevelPacket]) -> None:
        """Call ``handler(levels)`` when a packet of interest has been read."""
        self.on_change(lambda: handler(self._rebuilt), interest)
