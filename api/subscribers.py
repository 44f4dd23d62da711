"""Who listens to the stream, each with a queue of bounded length.

A slow listener holds up nobody: when its queue is full the oldest events go, and it is told how many of each topic it
missed.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

MOST_EVENTS: Final = 5_000
"""Events that wait for one listener."""


class Batch(NamedTuple):
    """Events of one topic, as they are sent."""

    topic: str
    events: int
    text: str


class Subscriber:
    """One listener.

    >>> listener = Subscriber(["trades"], most=2)
    >>> for price in ("1.00", "2.00", "3.00"):
    ...     listener.put(batch_of("trades", [{"price": price}]))
    >>> listener.waiting, listener.dropped
    (2, {'trades': 1})
    """

    def __init__(self, topics: Iterable[str], most: int = MOST_EVENTS) -> None:
        self.topics = frozenset(topics)
        self.dropped: dict[str, int] = {}
        self.waiting = 0
        """Events in the queue."""
        self._most = most
        self._queue: deque[Batch] = deque()
        self._something = asyncio.Event()

    def put(self, batch: Batch) -> None:
        """Queue events of a topic; when there are too many the oldest go, a single batch stays."""
        if batch.topic not in self.topics:
            return
        self._queue.append(batch)
        self.waiting += batch.events
        while self.waiting > self._most and len(self._queue) > 1:
            oldest = self._queue.popleft()
            self.waiting -= oldest.events
            self.missed(oldest.topic, oldest.events)
        self._something.set()

    def missed(self, topic: str, count: int) -> None:
        """Events of a topic never get here."""
        if topic in self.topics:
            self.dropped[topic] = self.dropped.get(topic, 0) + count
            self._something.set()

    async def next(self) -> str:
        """The text of the next message, waited for; first what was missed."""
        while not self._queue and not self.dropped:
            self._something.clear()
            await self._something.wait()
        if self.dropped:
            told, self.dropped = self.dropped, {}
            return json.dumps({"topic": "dropped", "dropped": told})
        batch = self._queue.popleft()
        self.waiting -= batch.events
        return batch.text


class Subscribers:
    """All listeners."""

    def __init__(self) -> None:
        self._all: list[Subscriber] = []

    def add(self, subscriber: Subscriber) -> None:
        """From now on it hears."""
        self._all.append(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """It hears no more."""
        self._all.remove(subscriber)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._all)

    def want(self, topics: Iterable[str]) -> bool:
        """Does anybody listen to one of these?"""
        return any(subscriber.topics.intersection(topics) for subscriber in self._all)

    def hear(self, events: dict[str, list[dict[str, Any]]], dropped: dict[str, int]) -> None:
        """Pass news to everybody; it is put into text once."""
        if not self._all:
            return
        for topic, found in events.items():
            batch = batch_of(topic, found)
            for subscriber in self._all:
                subscriber.put(batch)
        for topic, count in dropped.items():
            for subscriber in self._all:
                subscriber.missed(topic, count)


def batch_of(topic: str, events: list[dict[str, Any]]) -> Batch:
    """Events as they are sent."""
    return Batch(topic, len(events), json.dumps({"topic": topic, "events": events}))
