"""What a source has published, and readers who learn of it late.

A :class:`History` keeps (time, item) in order. A :class:`HistoryView` is a reader at the end of a FIFO link: item *i*
arrives at ``max(arrival[i-1], time[i] + latency[i])``, where ``latency[i]`` is the i-th draw of the view's own source.
Nothing is sent: the view works out the arrivals when somebody looks, so a reader who only asks *what do I know now*
costs no event. Because a latency is at least 1 ns, what has arrived by ``now`` was made before ``now``: the answer
depends on neither who looks nor when. A reader that must react subscribes, and each item it is interested in becomes
one event at the same arrival time.

Memory is bounded: now and then all views are asked to keep up and what everybody has passed is dropped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from sim.environment import Environment
from sim.link import LatencySource
from sim.outages import Interrupted

T = TypeVar("T")

KEEP = 16_384
"""Items kept before a history asks its views to keep up."""

Interest = Callable[[T, T | None], bool]
"""(item, the item before it) -> does the subscriber want to be woken? It must depend on these two alone."""


class History(Generic[T]):
    """Items in the order of their time; times never decrease."""

    __slots__ = ("_before", "_subscribed", "_views", "dropped", "items", "keep", "retain", "times")

    def __init__(self, keep: int = KEEP) -> None:
        self.times: list[int] = []
        self.items: list[T] = []
        self.dropped = 0
        """How many of the oldest items are gone; index of ``items[0]``."""
        self.keep = keep
        self.retain = 0
        """Items no older than this (ns) stay when everybody has passed them: somebody may look back at them."""
        self._views: list[HistoryView[T]] = []
        self._subscribed: list[tuple[Interest[T], list[HistoryView[T]]]] = []
        self._before: T | None = None

    def append(self, at: int, item: T, dull: bool = False) -> None:
        """Publish an item made at ``at`` (ns), not before the last one.

        Args:
            dull: the publisher knows that no subscriber can be interested, so nobody is asked.
        """
        times = self.times
        times.append(at)
        self.items.append(item)
        if not dull:
            for interest, views in self._subscribed:
                if interest(item, self._before):
                    for view in views:
                        view._push(item)
        self._before = item
        if len(times) > self.keep:
            self._drop()

    def view(
        self, env: Environment, latency: LatencySource | int, keep_up: Callable[[int], object] | None = None
    ) -> HistoryView[T]:
        """A new reader. A fixed latency may be given as an int (ns)."""
        view = HistoryView(self, env, latency, keep_up)
        self._views.append(view)
        return view

    def _unsubscribe(self, view: HistoryView[T]) -> None:
        for _, views in self._subscribed:
            if view in views:
                views.remove(view)
        self._subscribed = [(interest, views) for interest, views in self._subscribed if views]

    def _subscribe(self, view: HistoryView[T], interest: Interest[T]) -> None:
        """Views with the same interest share its evaluation."""
        for known, views in self._subscribed:
            if known is interest:
                views.append(view)
                return
        self._subscribed.append((interest, [view]))

    def _drop(self) -> None:
        for view in self._views:
            view.keep_up(view._env._now)
        passed = min((view._read for view in self._views), default=self.dropped + len(self.times)) - 1 - self.dropped
        if self.retain:
            passed = min(passed, bisect_left(self.times, self.times[-1] - self.retain))
        if passed > 0:
            del self.times[:passed]
            del self.items[:passed]
            self.dropped += passed
        if len(self.times) > self.keep // 2:
            self.keep *= 2  # a slow link holds more than we thought; ask less often


class HistoryView(Generic[T]):
    """One reader's delayed look at a history.

    >>> env = Environment()
    >>> history: History[str] = History()
    >>> view = history.view(env, 100)
    >>> history.append(0, "old"); history.append(50, "new")
    >>> view.advance(99), view.advance(100), view.advance(149), view.advance(150), view.arrived_at
    (None, 'old', 'old', 'new', 150)
    """

    __slots__ = (
        "_arrivals",
        "_dated",
        "_env",
        "_fixed",
        "_handler",
        "_history",
        "_last",
        "_latency",
        "_read",
        "arrived_at",
        "item",
        "keep_up",
    )

    def __init__(
        self,
        history: History[T],
        env: Environment,
        latency: LatencySource | int,
        keep_up: Callable[[int], object] | None = None,
    ) -> None:
        self._history = history
        self._env = env
        self._fixed = max(1, latency) if isinstance(latency, int) else 0
        self._latency: LatencySource = latency if not isinstance(latency, int) else lambda: self._fixed
        if isinstance(latency, Interrupted):  # asked when somebody looks, which may be long after the item was made
            self._latency = lambda: latency.sent_at(history.times[self._dated - history.dropped])
        self._read = self._dated = history.dropped + len(history.times)  # a new reader starts with what comes next
        self._arrivals: deque[int] = deque()  # arrivals of items _read.._dated-1
        self._last = 0
        self._handler: Callable[[T], object] | None = None
        self.item: T | None = None
        """The latest item that had arrived at the last look."""
        self.arrived_at = 0
        """When it arrived, ns."""
        self.keep_up: Callable[[int], object] = keep_up or self.advance

    def advance(self, now: int) -> T | None:
        """The latest item that has arrived by ``now``; None before the first."""
        history = self._history
        if self._fixed and not self._arrivals:
            found = bisect_right(history.times, now - self._fixed) + history.dropped
            if found > self._read:
                self._read = self._dated = found
                self.item = history.items[found - 1 - history.dropped]
                self.arrived_at = history.times[found - 1 - history.dropped] + self._fixed
            return self.item
        arrivals = self._arrivals
        if arrivals:
            if arrivals[0] > now:
                return self.item
        elif self._dated == history.dropped + len(history.times):  # nothing new: most looks end here or above
            return self.item
        at = self.next_arrival()
        while at is not None and at <= now:
            self.take()
            at = self.next_arrival()
        return self.item

    def look_back(self, window: int) -> Callable[[int], list[T]]:
        """A function of the present time: of the items read, those made within the last ``window`` ns, oldest first.

        Advance the view before.

        >>> env = Environment()
        >>> history: History[str] = History()
        >>> view = history.view(env, 100)
        >>> recent = view.look_back(120)
        >>> history.append(0, "a"); history.append(50, "b"); history.append(60, "c")
        >>> [(view.advance(now), recent(now))[1] for now in (100, 150, 200)]
        [['a'], ['b'], []]
        """
        history = self._history
        history.retain = max(history.retain, window)
        begun = self._read  # a reader knows nothing of what was made before it listened

        def recent(now: int) -> list[T]:
            first = max(bisect_left(history.times, now - window), begun - history.dropped)
            return history.items[first : self._read - history.dropped]

        return recent

    def next_arrival(self) -> int | None:
        """When the next unread item arrives; None when nothing more has been published."""
        if not self._arrivals and not self._date():
            return None
        return self._arrivals[0]

    def take(self) -> T:
        """Read the next item, whatever the time. Raises IndexError when there is none."""
        if not self._arrivals:
            self._date()
        self.arrived_at = self._arrivals.popleft()
        self.item = item = self._history.items[self._read - self._history.dropped]
        self._read += 1
        return item

    def subscribe(self, handler: Callable[[T], object], interest: Interest[T]) -> None:
        """From now on call ``handler(item)`` when an item of interest arrives, also one that is under way.

        Raises:
            ValueError: the view has a subscriber already.
        """
        if self._handler is not None:
            raise ValueError("this view has a subscriber; make a view for each")
        self._handler = handler
        self._history._subscribe(self, interest)
        env, items, dropped = self._env, self._history.items, self._history.dropped
        self.keep_up(env.now)
        while self._date():
            pass
        for index, at in enumerate(self._arrivals, self._read - dropped):
            if at > env.now and interest(items[index], items[index - 1] if index else None):
                env.call_at(at, handler, items[index])

    def unsubscribe(self) -> None:
        """Call the subscriber no more; a call that is under way still comes."""
        self._handler = None
        self._history._unsubscribe(self)

    def _date(self) -> bool:
        """Work out the arrival of one more item; False when all are dated."""
        history = self._history
        index = self._dated - history.dropped
        if index >= len(history.times):
            return False
        made = history.times[index]
        latency = self._latency  # CPython is slow to call a callable kept in a slot: name it first
        at = made + (self._fixed or latency())
        if at <= made:
            at = made + 1
        if at < self._last:
            at = self._last
        self._last = at
        self._arrivals.append(at)
        self._dated += 1
        return True

    def _push(self, item: T) -> None:
        """The latest item is of interest: work out when it arrives, and wake the subscriber then."""
        assert self._handler is not None
        if self._fixed and not self._arrivals:
            at = self._history.times[-1] + self._fixed
        else:
            while self._date():
                pass
            at = self._arrivals[-1]
        self._env.call_at(at, self._handler, item)
