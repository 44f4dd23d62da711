"""The loop that every built-in strategy runs: decide, send, hear the reports, look again.

Rules
    A round is one decision that sends children; the next begins when every child of it is done, or late.
    A round that brought nothing, and a look that found nothing to send, are followed by a pause, so that quotes can
    refill, unless the strategy has somebody else to ask at once (:meth:`InRounds.asks_on`).
    The work ends when the parent is filled or after ``max_rounds``. Looks that send nothing are no rounds: a parent
    whose limit is away from the market waits until its end, which is the driver's business.

    A child that is late (``child_timeout``) is cancelled and not waited for; its venue gets nothing more until it has
    answered. How children are marked, sized and what comes when there is nothing to take: `agents.strategies.styles`.

Does not model
    Resting orders: every child of a round is immediate. Resting is `agents.strategies.posting`, before the rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

from agents.cost_model import CostModel, VenueCost, Weights
from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Duration, Problem, StrategyProblems, check_fields, not_connected
from agents.strategies.sent import Ended, SentChildren
from agents.strategies.styles import ISO, OddLots, Sweep, dealt_in_lots, lots_of
from agents.strategy import Actions, Resumed, StrategyRun, View, Yielded
from venues.messages import TimeInForce

BY_PRICE: Final = CostModel(Weights())
"""The cost model of a strategy that weighs nothing but price."""


@dataclass(frozen=True, kw_only=True)
class InRounds:
    """Works a parent in rounds of immediate children. A strategy of this family says what to :meth:`decide`.

    Attributes:
        time_in_force: IOC takes what is there and cancels the rest; FOK takes all of its size or nothing.
        sweep: The same in small letters, or iso, which marks lit children as intermarket sweeps and takes every better
            price that is seen along with the worst; it stands over time_in_force.
        max_rounds: Rounds after which the parent's leaves are given up.
        attempts_per_venue: Children in a row without a fill after which a venue is set aside.
        set_aside: How long a venue that gave nothing is left alone.
        pause: Wait before looking again when there is nothing to take or a round brought nothing.
        child_timeout: A child that has not ended after this is cancelled and waited for no longer; its shares stay
            promised to its venue until that answers, and the rest goes to the other venues. null waits.
        fallback: Venues that are asked, in this order, when there is nothing else to take: they may have what they do
            not show.
        odd_lots: Children of any size (allow), of whole round lots only (round_down), or of whole round lots until
            less than one is left (last_only).
    """

    in_all: ClassVar[bool] = True
    """Whether a comparison of all strategies has it."""

    minimums: ClassVar[Mapping[str, int]] = {
        "max_rounds": 1,
        "attempts_per_venue": 1,
        "set_aside": 1,
        "pause": 1,
        "child_timeout": 1,
    }

    time_in_force: Literal["IOC", "FOK"] = "IOC"
    sweep: Sweep | None = None
    max_rounds: int = 1_000
    attempts_per_venue: int = 2
    set_aside: Duration = 5_000_000
    pause: Duration = 1_000_000
    child_timeout: Duration | None = None
    fallback: tuple[str, ...] = ()
    odd_lots: OddLots = "allow"

    def __post_init__(self) -> None:
        check_fields(self)
        problems = self.contradictions()
        if problems:
            raise StrategyProblems(problems)

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Work the parent until it is filled or the rounds are used up.

        Raises:
            StrategyProblems: a parameter names a venue that the router is not connected to.
        """
        problems = self.unconnected(view.lit, view.dark)
        if problems:
            raise StrategyProblems(problems)
        return self.work(parent, view)

    def work(self, parent: ParentOrder, view: View) -> StrategyRun:
        """The rounds, one after the other."""
        memory, sent = Memory(self.attempts_per_venue, self.set_aside), SentChildren()
        memory.busy = sent.by_venue
        rounds, quiet = 0, False
        while rounds < self.max_rounds and (self.sendable(view) or sent.by_venue):
            if quiet or not self.sendable(view):
                now, reports = yield Actions(wake=("at", view.now + self.pause))
                _learn(memory, sent.hear(reports, view.live), now)
            actions = self.styled(self.decide(parent, view, memory), parent, view, memory)
            filled, late = 0, False
            if actions.send:
                rounds += 1
                sent.add(actions.send)
                filled = yield from self._hear(actions, view, memory, sent)
                late = any(child.venue in sent.by_venue for child in actions.send)
                if late:
                    now, reports = yield Actions(cancel=sent.give_up(view.live), wake=("at", view.now + 1))
                    filled += _learn(memory, sent.hear(reports, view.live), now)
            quiet = not filled and not late and not self.asks_on(actions.send, view)

    def _hear(
        self, actions: Actions, view: View, memory: Memory, sent: SentChildren
    ) -> Generator[Yielded, Resumed, int]:
        """Send, and wait until the round's children have ended or have had their time; the shares that were filled."""
        if self.child_timeout is None:
            now, reports = yield actions
            return _learn(memory, sent.hear(reports, view.live), now)
        leaves_at = max(child.not_before or view.now for child in actions.send)
        deadline = max(view.now, leaves_at) + self.child_timeout
        wanted, filled = replace(actions, wake=("any", deadline)), 0
        while any(child.venue in sent.by_venue for child in actions.send) and view.now < deadline:
            now, reports = yield wanted
            filled += _learn(memory, sent.hear(reports, view.live), now)
            wanted = Actions(wake=("any", deadline))
        return filled

    # -- styles -----------------------------------------------------------------------------------

    @property
    def immediate(self) -> TimeInForce:
        """The time in force of children that take."""
        return TimeInForce.FOK if self.time_in_force == "FOK" or self.sweep == "fok" else TimeInForce.IOC

    def contradictions(self) -> list[Problem]:
        """A problem for each two parameters that cannot both be meant."""
        if self.time_in_force == "FOK" and self.sweep in ("ioc", "iso"):
            return [Problem("sweep", f"sweep: {self.sweep} and time_in_force: FOK contradict; leave one of them out")]
        return []

    def sendable(self, view: View) -> int:
        """Shares that may still be sent: the leaves, but for an odd rest that is not sent."""
        leaves = view.leaves
        return lots_of(leaves, leaves, _lot(view), self.odd_lots) if self.odd_lots == "round_down" else leaves

    def in_lots(self, deal: Callable[[int, Sequence[int]], list[int]], rooms: Sequence[int], view: View) -> list[int]:
        """The leaves dealt to places with room for so many, as ``odd_lots`` says."""
        return dealt_in_lots(deal, view.leaves, rooms, _lot(view), self.odd_lots)

    def styled(self, actions: Actions, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """The decision with what all strategies share: a fallback, odd lots, marks of a sweep."""
        send = actions.send
        if not send and self.fallback:
            send = self.fall_back(parent, view, memory)
            if send:
                told = [cost.venue for cost in actions.costs]
                untold = [child for child in send if child.venue not in told]
                actions = replace(actions, more_costs=lambda: self._costs_of(untold, parent, view))
        send = memory.cap.cut(send)
        if self.odd_lots != "allow":
            leaves, lot = view.leaves, _lot(view)
            sized = [child._replace(qty=lots_of(child.qty, leaves, lot, self.odd_lots)) for child in send]
            send = [child for child in sized if child.qty]
        if self.sweep == "iso":
            send = [child._replace(terms=ISO) if child.venue in view.lit else child for child in send]
        return actions if send is actions.send else replace(actions, send=send)

    def fall_back(self, parent: ParentOrder, view: View, memory: Memory) -> Sequence[ChildOrder]:
        """All leaves to the first fallback venue that was not asked just now, at the worst price that may be paid."""
        shown = [price for quote in view.quotes() for price, size in [quote.opposite(parent.side)] if size]
        side = int(parent.side)
        prices = ([min(price * side for price in shown)] if shown else []) + (
            [] if parent.limit is None else [parent.limit * side]
        )
        due = [venue for venue in self.fallback if memory.due(venue, self.set_aside, view.now)]
        if not due or not prices or not view.leaves:
            return ()
        price = within_tick(min(prices) * side, side, view.facts[due[0]].tick)
        return [ChildOrder(due[0], view.leaves, price, self.immediate)]

    @property
    def model(self) -> CostModel:
        """What its decisions are priced with."""
        return BY_PRICE

    def _costs_of(self, asked: Sequence[ChildOrder], parent: ParentOrder, view: View) -> list[VenueCost]:
        """What a fallback costs: a pool's probe; a lit venue that shows nothing as if it showed what is asked for."""
        model, side = CostModel(self.model.weights), int(parent.side)  # own past: a model learns from what it is asked
        costs = model.probes([child.venue for child in asked if child.venue in view.dark], parent, view)
        for child in asked:
            if child.venue in view.lit and child.price is not None:
                shown = (view.quote(child.venue), child.price, child.qty)
                costs += model.takes([shown], child.price * side, parent, view)
        return costs

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """What to send now, at most one child per venue; nothing when there is nothing to take."""
        raise NotImplementedError(f"{type(self).__name__} does not say what to send: define decide()")

    def unconnected(self, lit: Sequence[str], dark: Sequence[str]) -> list[Problem]:
        """A problem for each parameter that names a venue which is not among these."""
        venues = [*lit, *dark]
        return [not_connected("fallback", venue, "venue", venues) for venue in self.fallback if venue not in venues]

    def asks_on(self, sent: Sequence[ChildOrder], view: View) -> bool:
        """Whether to look again at once although the children that were sent brought nothing."""
        return False


def _learn(memory: Memory, ended: Ended, now: int) -> int:
    return memory.learn(ended.children, ended.reports, now) if ended.children else 0


def _lot(view: View) -> int:
    """The symbol's round lot, shares; the same at all venues."""
    return next(iter(view.facts.values())).lot


def within_limit(price: int, parent: ParentOrder) -> bool:
    """Whether the parent may trade at the price."""
    return parent.limit is None or price * parent.side <= parent.limit * parent.side


def within_tick(price: int, side: int, tick: int) -> int:
    """The price, moved to a multiple of the tick that is no worse for the side.

    >>> within_tick(100_0050, +1, 100), within_tick(100_0050, -1, 100)
    (1000000, 1000100)
    """
    return price // tick * tick if side > 0 else -(-price // tick) * tick
