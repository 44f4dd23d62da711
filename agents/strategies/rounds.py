"""The loop that every built-in strategy runs: decide, send, hear the reports, look again.

Rules
    A round is one decision that sends children; the next begins when every child of it is done.
    A round that brought nothing, and a look that found nothing to send, are followed by a pause, so that quotes can
    refill, unless the strategy has somebody else to ask at once (:meth:`InRounds.asks_on`).
    The work ends when the parent is filled or after ``max_rounds``. Looks that send nothing are no rounds: a parent
    whose limit is away from the market waits until its end, which is the driver's business.

Does not model
    Resting orders: every child is immediate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Duration, Problem, StrategyProblems, check_fields
from agents.strategy import Actions, StrategyRun, View
from venues.messages import TimeInForce

TIMES_IN_FORCE: Mapping[str, TimeInForce] = {"IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}


@dataclass(frozen=True, kw_only=True)
class InRounds:
    """Works a parent in rounds of immediate children. A strategy of this family says what to :meth:`decide`.

    Attributes:
        time_in_force: IOC takes what is there and cancels the rest; FOK takes all of its size or nothing.
        max_rounds: Rounds after which the parent's leaves are given up.
        attempts_per_venue: Children in a row without a fill after which a venue is set aside.
        set_aside: How long a venue that gave nothing is left alone.
        pause: Wait before looking again when there is nothing to take or a round brought nothing.
    """

    minimums: ClassVar[Mapping[str, int]] = {"max_rounds": 1, "attempts_per_venue": 1, "set_aside": 1, "pause": 1}

    time_in_force: Literal["IOC", "FOK"] = "IOC"
    max_rounds: int = 1_000
    attempts_per_venue: int = 2
    set_aside: Duration = 5_000_000
    pause: Duration = 1_000_000

    def __post_init__(self) -> None:
        check_fields(self)

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Work the parent until it is filled or the rounds are used up.

        Raises:
            StrategyProblems: a parameter names a venue that the router is not connected to.
        """
        problems = self.unconnected(view.lit, view.dark)
        if problems:
            raise StrategyProblems(problems)
        return self._work(parent, view)

    def _work(self, parent: ParentOrder, view: View) -> StrategyRun:
        memory = Memory(self.attempts_per_venue, self.set_aside)
        rounds, quiet = 0, False
        while view.leaves and rounds < self.max_rounds:
            if quiet:
                yield Actions(wake=("at", view.now + self.pause))
            actions = self.decide(parent, view, memory)
            filled = 0
            if actions.send:
                rounds += 1
                now, reports = yield actions
                filled = memory.learn(actions.send, reports, now)
            quiet = not filled and not self.asks_on(actions.send, view)

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """What to send now, at most one child per venue; nothing when there is nothing to take."""
        raise NotImplementedError(f"{type(self).__name__} does not say what to send: define decide()")

    def unconnected(self, lit: Sequence[str], dark: Sequence[str]) -> list[Problem]:
        """A problem for each parameter that names a venue which is not among these."""
        return []

    def asks_on(self, sent: Sequence[ChildOrder], view: View) -> bool:
        """Whether to look again at once although the children that were sent brought nothing."""
        return False


def within_limit(price: int, parent: ParentOrder) -> bool:
    """Whether the parent may trade at the price."""
    return parent.limit is None or price * parent.side <= parent.limit * parent.side


def within_tick(price: int, side: int, tick: int) -> int:
    """The price, moved to a multiple of the tick that is no worse for the side.

    >>> within_tick(100_0050, +1, 100), within_tick(100_0050, -1, 100)
    (1000000, 1000100)
    """
    return price // tick * tick if side > 0 else -(-price // tick) * tick
