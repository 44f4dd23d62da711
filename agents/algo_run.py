"""The work on one order with an algorithm: drives the generator, starts its slices, keeps its promises, ends it.

Rules
    What an algorithm asks for beyond its rights is cut off, not refused: a slice larger than the room left, or longer
    than the order. Slices that are cut to nothing are not started.
    The horizon's end stops the live slices. When the last of them has ended, the rest goes by the order's
    end-of-horizon rule; `cross` takes displayed quotes for at most `CROSS_TIME`, `leave` rests until the day ends.
    A cancel of the order, and the end of the day, stop everything; then there is no end-of-horizon rule.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from agents.algos.algo import AlgoSteps, Instructions, Slice, SliceEnd, Step, part_of_market
from agents.algos.lots import down_to_lot
from agents.algos.resting import Rest
from agents.orders import ParentOrder
from agents.parent_run import CANCELED, EXPIRED, FILLED, ParentRun
from agents.strategies.price_time import PriceTime
from agents.strategy import StrategyError, VenueFacts

CROSS_TIME = 1_000_000_000
"""ns that the taking of the rest may go on after the horizon."""

IDLE_STEPS = 1_000
"""Steps in a row that wait for nothing before an algorithm is stopped as endless."""


class AlgoDesk(Protocol):
    """What the work on an order needs of its router."""

    tick: int
    lot: int
    closes: Mapping[str, int]

    @property
    def day_ends(self) -> int:
        """When trading ends, ns."""

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues."""

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """Of every connected venue."""

    def now(self) -> int:
        """ns"""

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask as known here; None when a side is empty everywhere."""

    def printed_qty(self) -> int:
        """Shares of all prints that have arrived here."""

    def start_slice(self, run: AlgoRun, piece: Slice) -> None:
        """Make it a parent, tell ``run.took``, begin the work."""

    def wake_at(self, run: AlgoRun, at: int) -> None:
        """Call ``run.time_is_up`` at a time (ns) with the number of the present wait."""

    def wake_soon(self, run: AlgoRun) -> None:
        """The same, at the present time and after what is being done."""

    def planned(self, run: AlgoRun, schedule: Sequence[tuple[int, int]]) -> None:
        """Log what the schedule says."""

    def algo_ended(self, run: AlgoRun, status: int) -> None:
        """The work is over; nothing of it is live."""


class AlgoRun:
    """One order in work; it is also the :class:`agents.algos.algo.AlgoView` that its algorithm looks through."""

    def __init__(self, order: ParentOrder, instructions: Instructions, desk: AlgoDesk) -> None:
        self.order = order
        self.instructions = instructions
        self.desk = desk
        self.slices = 0
        self.own_printed = 0
        """Own shares filled where prints tell of it."""
        self._printed_before = desk.printed_qty()
        self._live: dict[int, ParentRun] = {}
        self._ended_qty = 0
        self._ends: list[SliceEnd] = []
        self._step = Step()
        self._wake_number = 0
        self._idle = 0
        self._closing: int | None = None
        """The status to end with; None: the algorithm is at work."""
        self._rest_is_out = False
        self._over = False
        self._steps: AlgoSteps = instructions.algo(order, self)
        if not isinstance(self._steps, Generator):
            raise self.breach(f"gave {self._steps!r} instead of a generator; an algorithm has a `yield` in it")

    # -- the view -------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """ns"""
        return self.desk.now()

    @property
    def cum_qty(self) -> int:
        """Shares filled, as far as reports have arrived."""
        return self._ended_qty + sum(run.cum_qty for run in self._live.values())

    @property
    def live_qty(self) -> int:
        """Shares in live slices that are not filled."""
        return sum(run.open_qty for run in self._live.values())

    @property
    def leaves(self) -> int:
        """Shares neither filled nor in a live slice."""
        return self.order.qty - self.cum_qty - self.live_qty

    @property
    def live(self) -> Sequence[int]:
        """Parent ids of live slices, oldest first."""
        return list(self._live)

    @property
    def others_qty(self) -> int:
        """Shares that others have traded since the order's arrival, as far as prints and own reports tell."""
        return max(0, self.desk.printed_qty() - self._printed_before - self.own_printed)

    @property
    def room(self) -> int:
        """Shares that may be added to live slices."""
        cap = self.instructions.max_participation
        if cap is None:
            return self.leaves
        allowed = part_of_market(cap, self.others_qty) - (self.order.qty - self.leaves)
        return self.leaves if allowed >= self.leaves else down_to_lot(allowed, self.lot)

    @property
    def tick(self) -> int:
        """Price units."""
        return self.desk.tick

    @property
    def lot(self) -> int:
        """Shares."""
        return self.desk.lot

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues."""
        return self.desk.lit

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """Of every connected venue."""
        return self.desk.facts

    @property
    def closes(self) -> Mapping[str, int]:
        """When the call of a venue's closing auction begins, ns."""
        return self.desk.closes

    @property
    def day_ends(self) -> int:
        """When trading ends, ns."""
        return self.desk.day_ends

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask as the router sees them."""
        return self.desk.nbbo()

    # -- driving --------------------------------------------------------------------------------

    def start(self) -> None:
        """Ask the algorithm for its first step."""
        self._go_on(first=True)

    def took(self, run: ParentRun) -> None:
        """A slice is a parent now."""
        self.slices += 1
        self._live[run.parent.parent_id] = run

    def slice_ended(self, run: ParentRun) -> None:
        """A slice has ended; nothing of it is live."""
        del self._live[run.parent.parent_id]
        self._ended_qty += run.cum_qty
        self._ends.append(SliceEnd(run.parent.parent_id, run.parent.qty, run.cum_qty))
        if self._closing is not None or self.cum_qty == self.order.qty:
            self._close_when_quiet()
        elif self._step.on_end:
            self.desk.wake_soon(self)

    def time_is_up(self, wake_number: int) -> None:
        """A wake that was asked for."""
        if self._closing is None and wake_number == self._wake_number:
            self._go_on()

    def wake_number(self) -> int:
        """Which wait a timer belongs to: a later resume makes it void."""
        return self._wake_number

    def horizon_is_over(self) -> None:
        """Stop the algorithm; the end-of-horizon rule follows when its slices have ended."""
        if self._closing is None:
            self._close(EXPIRED)

    def stop(self, status: int) -> None:
        """Stop everything; what is left stays undone."""
        self._rest_is_out = True
        if self._closing is not None:
            self._closing = status
            self._stop_slices()
        else:
            self._close(status)

    def breach(self, what: str) -> StrategyError:
        """The error that names the algorithm, the order and what is wrong."""
        return StrategyError(
            f"algorithm {self.instructions.kind}, order {self.order.parent_id}, time {self.now} ns: {what}"
        )

    # -- the parts ------------------------------------------------------------------------------

    def _go_on(self, first: bool = False) -> None:
        self._wake_number += 1
        while self._closing is None:
            ends, self._ends = self._ends, []
            try:
                step = next(self._steps) if first else self._steps.send((self.now, ends))
            except StopIteration:
                self._step = Step()
                return
            first = False
            if not isinstance(step, Step):
                raise self.breach(f"yielded {step!r}; yield Step(...)")
            self._apply(step)
            if step.until is None or step.until > self.now:
                if step.until is not None:
                    self.desk.wake_at(self, step.until)
                self._idle = 0
                return
            self._idle += 1
            if self._idle > IDLE_STEPS:
                raise self.breach(f"{IDLE_STEPS} steps in a row waited for nothing; yield Step(until=...) with a time")

    def _apply(self, step: Step) -> None:
        self._step = step
        if step.schedule:
            self.desk.planned(self, step.schedule)
        for parent_id in step.cancel:
            if parent_id in self._live:
                self._live[parent_id].stop(CANCELED)
        for piece in step.slices:
            self._start(piece._replace(qty=min(piece.qty, self.room), ends=min(piece.ends, self.order.ends)))

    def _start(self, piece: Slice) -> None:
        if piece.qty > 0 and piece.ends > self.now:
            self.desk.start_slice(self, piece._replace(limit=self._limit(piece.limit)))

    def _limit(self, limit: int | None) -> int | None:
        """The slice's limit, or the order's where that is stricter."""
        own, side = self.order.limit, int(self.order.side)
        if limit is None or own is None:
            return own if limit is None else limit
        return limit if side * (limit - own) <= 0 else own

    def _close(self, status: int) -> None:
        self._closing = status
        self._steps.close()
        self._stop_slices()
        self._close_when_quiet()

    def _stop_slices(self) -> None:
        for run in list(self._live.values()):
            run.stop(EXPIRED)

    def _close_when_quiet(self) -> None:
        if self._live or self._over:
            return
        filled = self.cum_qty == self.order.qty
        if filled or self._rest_is_out or self.instructions.at_end == "cancel":
            self._over = True
            self._closing = FILLED if filled or self._closing is None else self._closing
            self.desk.algo_ended(self, self._closing)
        else:
            self._rest_is_out = True
            self.desk.start_slice(self, self._last_slice())

    def _last_slice(self) -> Slice:
        limit = self.order.limit
        if self.instructions.at_end == "cross":
            return Slice(self.leaves, self.now + CROSS_TIME, limit, PriceTime(reach=None))
        return Slice(self.leaves, max(self.desk.day_ends, self.now + 1), limit, Rest())
