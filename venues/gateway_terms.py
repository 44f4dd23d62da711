"""What gateways decide differently: named values, one per question, and the numbers that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OnLimit(StrEnum):
    """What becomes of a message over the rate limit."""

    QUEUE = "queue"
    REJECT = "reject"


class LimitPer(StrEnum):
    """Who has a rate limit of its own."""

    SESSION = "session"
    PORT = "port"


class Cancels(StrEnum):
    """Whether cancels and reductions count for the rate limit."""

    COUNTED = "counted"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``messages`` in ``period`` ns in the long run, at most ``burst`` of them at once.

    Raises:
        ValueError: one of them is below 1.
    """

    messages: int
    period: int
    burst: int = 1

    def __post_init__(self) -> None:
        if min(self.messages, self.period, self.burst) < 1:
            raise ValueError(f"{self}: a rate limit is of whole numbers above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTerms:
    """``rate_limit`` None: none. ``queue_limit``: messages that may wait in each queue, None: any number."""

    ports: int = 1
    rate_limit: RateLimit | None = None
    on_limit: OnLimit = OnLimit.QUEUE
    per: LimitPer = LimitPer.SESSION
    cancels: Cancels = Cancels.COUNTED
    queue_limit: int | None = None
