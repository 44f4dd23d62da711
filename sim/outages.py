"""A wire that is down at times: what a message takes depends on when it is sent.

Rules
    A message sent in an outage (its start included, its end not) takes the fallback's next draw; without a fallback it
    waits for the end and then takes a draw of the clear wire. Every other message takes a draw of the clear wire.
    A message under way when an outage begins arrives. Order is the link's business: nothing overtakes on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence


class Interrupted:
    """A latency with outages, for a :class:`sim.link.Link`, a mailbox or a view, which say when a message is sent.

    Args:
        clear, fallback: give the next latency, ns; no fallback: messages wait.
        outages: (from, to) in ns, ascending; those that overlap count as one.

    >>> rain = Interrupted(lambda: 100, [(1_000, 2_000)], lambda: 300)
    >>> rain.sent_at(999), rain.sent_at(1_000), rain.sent_at(2_000)
    (100, 300, 100)
    >>> Interrupted(lambda: 100, [(1_000, 2_000)]).sent_at(1_500)
    600
    """

    __slots__ = ("_added", "_clear", "_ends", "_fallback", "_outages", "_starts")

    def __init__(
        self,
        clear: Callable[[], int],
        outages: Sequence[tuple[int, int]],
        fallback: Callable[[], int] | None = None,
        added: int = 0,
    ) -> None:
        self._clear = clear
        self._fallback = fallback
        self._added = added
        self._outages = _joined(outages)
        self._starts = [start for start, _ in self._outages]
        self._ends = [end for _, end in self._outages]

    def sent_at(self, at: int) -> int:
        """The latency of the next message, sent at ``at`` ns; messages are asked for in the order of their sending."""
        index = bisect_right(self._starts, at) - 1
        if index < 0 or at >= self._ends[index]:
            latency = self._clear()
        elif self._fallback is not None:
            latency = self._fallback()
        else:
            latency = self._ends[index] - at + self._clear()
        return latency + self._added

    def plus(self, nanos: int) -> Interrupted:
        """The same and a fixed time more, or less, than that; it takes the draws of the same sources."""
        return Interrupted(self._clear, self._outages, self._fallback, self._added + nanos)

    def __call__(self) -> int:
        """Nobody can tell.

        Raises:
            TypeError: always; it is here so that it can stand where a latency source can.
        """
        raise TypeError("an interrupted latency must know when a message is sent: give it to a link or a view")


def _joined(outages: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending and apart."""
    joined: list[tuple[int, int]] = []
    for start, end in outages:
        if start >= end or (joined and start < joined[-1][0]):
            raise ValueError(f"outages = {list(outages)}: write (from, to) in ns, from before to, in ascending order")
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
