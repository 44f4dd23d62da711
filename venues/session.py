"""A participant's connection to a venue: an order wire in, a mailbox for reports back."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any, cast

from sim.environment import Environment
from sim.link import LatencySource, Link, Mailbox
from venues.messages import BadMessage, CancelOrder, ExecType, Message, NewOrder, ReduceOrder, ReplaceOrder
from venues.refusals import is_id

_MESSAGES: frozenset[Any] = frozenset((NewOrder, CancelOrder, ReplaceOrder, ReduceOrder))

WAKES = 2
"""Of :attr:`Session.ways`."""

EVERY_REPORT = frozenset(ExecType)
"""Wakes for an owner who must react to whatever its orders meet."""


ANSWERS = frozenset({ExecType.TRADE, ExecType.CANCELED, ExecType.REJECTED})
"""What a venue needs to hear of an order that it has sent on to another."""


class Session(Mailbox):
    """One owner at one venue: the mailbox is the owner's end.

    Args:
        receive: the venue's gateway.
        order_latency, report_latency: one way, ns; a venue's inbound speed bump is part of the first.
        wakes: kinds of report that call ``on_mail``; the others wait in the mailbox until it is read.
        keeps: kinds that the owner reads at all; the others are made and logged, but nobody carries them.
    """

    __slots__ = ("_link", "_receive", "owner", "venue", "ways")

    def __init__(
        self,
        env: Environment,
        venue: str,
        owner: int,
        receive: Callable[[object], object],
        order_latency: LatencySource | int,
        report_latency: LatencySource | int,
        wakes: frozenset[ExecType] = EVERY_REPORT,
        keeps: frozenset[ExecType] = EVERY_REPORT,
    ) -> None:
        super().__init__(env, report_latency)
        self.venue = venue
        self.owner = owner
        self._receive = receive
        self._link = Link(env, order_latency)
        self.ways = tuple((kind in keeps) + (kind in keeps and kind in wakes) for kind in ExecType)
        """By kind of report: 0 nobody carries it, 1 it waits to be read, 2 it wakes its owner."""

    def send(self, message: Any) -> None:
        """Put a message on the wire.

        What is none of the four kinds, or speaks for another owner, is sent as a :class:`BadMessage` and comes back
        rejected.
        """
        # `is`: an owner signs with the number it was given; an equal one of another make is mended below.
        if message.__class__ not in _MESSAGES or message.owner is not self.owner:
            message = self._made_out(message)
        link = self._link
        if link._fixed:  # as link.send does, 0.07 us cheaper
            env = self._env
            heappush(env._queue, (env._now + link._fixed, next(env._eid), self._receive, message))
        else:
            link.send(self._receive, message)

    def _made_out(self, message: Any) -> Message:
        """The message itself, if its owner's number is only another object; otherwise what the venue can answer."""
        if message.__class__ in _MESSAGES and is_id(message.owner) and message.owner == self.owner:
            return cast(Message, message._replace(owner=self.owner))
        order_id = getattr(message, "order_id", 0)
        return BadMessage(int(order_id) if is_id(order_id) else 0, self.owner, repr(message)[:200])
