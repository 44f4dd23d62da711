"""A router's algorithm orders: starts them, makes parents of their slices, logs how they hang together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from agents.algo_run import AlgoRun
from agents.algos.algo import Instructions, Slice
from agents.orders import ParentOrder
from agents.parent_run import EXPIRED, ParentRun
from agents.participant import Place
from agents.strategy import Strategy, VenueFacts, VenueQuote
from agents.tables import ALGO_ENDS, ALGO_KIND_CODES, ALGO_ORDERS, ALGO_SCHEDULE, ALGO_SLICES, OWN_ALGO
from venues.protocols import QuoteBoard

DAY = 86_400_000_000_000
"""ns; a market whose day has no end is taken to end this much later."""


class ParentDesk(Protocol):
    """What is needed of the router."""

    number: int
    place: Place
    board: QuoteBoard
    facts: Mapping[str, VenueFacts]
    lit: list[str]

    def now(self) -> int:
        """ns"""

    def look(self) -> list[VenueQuote]:
        """The lit venues' quotes as they have reached the router by now."""

    def slice_taken(self, order: ParentOrder, piece: ParentOrder) -> None:
        """A slice of an order is a parent now."""

    def algo_over(self, order: ParentOrder, status: int) -> None:
        """The work on an order has ended."""

    def take_slice(
        self, order: ParentOrder, piece: Slice, strategy: Strategy, begin: Callable[[ParentRun], None]
    ) -> None:
        """Make the slice a parent, call ``begin`` with it, then work it."""


class AlgoOrders:
    """The algorithm orders of one router. Made with the first of them: before, nothing is logged nor counted."""

    def __init__(self, desk: ParentDesk, closes: Mapping[str, int], day_ends: int | None) -> None:
        self._desk = desk
        self._env = desk.place.env
        self.tick, self.lot = desk.place.tick, desk.place.lot
        self.closes = closes
        self._day_ends = day_ends
        self.runs: dict[int, AlgoRun] = {}
        """Orders in work."""
        self._of_slice: dict[int, AlgoRun] = {}
        self._strategies: dict[int, Strategy] = {}
        table = desk.place.log.table
        self._log_order, self._log_end = table(ALGO_ORDERS).append, table(ALGO_ENDS).append
        self._log_slice, self._log_schedule = table(ALGO_SLICES).append, table(ALGO_SCHEDULE).append
        desk.board.count_prints()

    # -- for the router -------------------------------------------------------------------------

    def take(self, order: ParentOrder, instructions: Instructions, strategy: Strategy, refused: int | None) -> None:
        """Log an order and begin to work it; or end it at once with the status ``refused``."""
        now = self._desk.now()
        code = ALGO_KIND_CODES.get(instructions.kind, OWN_ALGO)
        self._log_order(
            now, order.parent_id, self._desk.number, code, order.side, order.qty, order.limit or 0, order.ends
        )
        if refused is not None:
            self._log_end(now, order.parent_id, refused, 0, order.qty, 0)
            self._desk.algo_over(order, refused)
            return
        run = self.runs[order.parent_id] = AlgoRun(order, instructions, self)
        self._strategies[order.parent_id] = strategy
        self._env.call_at(order.ends, lambda _: run.horizon_is_over())
        run.start()

    def slice_ended(self, run: ParentRun) -> None:
        """A parent of the router has ended; when it was a slice, its order hears of it."""
        owner = self._of_slice.pop(run.parent.parent_id, None)
        if owner is not None:
            owner.slice_ended(run)

    def live_orders(self, parents: int) -> int:
        """Of so many live parents, those that are no slices, and the orders here."""
        return parents - len(self._of_slice) + len(self.runs)

    def filled(self, parent_id: int, venue: str, qty: int) -> None:
        """A child of the router was filled; shares of a slice at a lit venue are printed."""
        owner = self._of_slice.get(parent_id)
        if owner is not None and self._desk.facts[venue].kind == "lit":
            owner.own_printed += qty

    def finish(self) -> None:
        """The day is over."""
        for run in list(self.runs.values()):
            run.stop(EXPIRED)

    # -- for the runs ---------------------------------------------------------------------------

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues."""
        return self._desk.lit

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """Of every connected venue."""
        return self._desk.facts

    @property
    def day_ends(self) -> int:
        """ns"""
        return self.now() + DAY if self._day_ends is None else self._day_ends

    def now(self) -> int:
        """ns"""
        return self._desk.now()

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask as the router sees them; None when a side is empty everywhere."""
        quotes = self._desk.look()
        bids = [quote.bid for quote in quotes if quote.bid_qty]
        asks = [quote.ask for quote in quotes if quote.ask_qty]
        return (max(bids), min(asks)) if bids and asks else None

    def printed_qty(self) -> int:
        """Shares of all prints that have reached the router."""
        return self._desk.board.printed_qty(self.now())

    def start_slice(self, run: AlgoRun, piece: Slice) -> None:
        """Make the slice a parent of the router and begin the work."""

        def begin(parent: ParentRun) -> None:
            parent_id = parent.parent.parent_id
            self._of_slice[parent_id] = run
            run.took(parent)
            self._log_slice(self.now(), run.order.parent_id, parent_id, run.slices, piece.qty)
            self._desk.slice_taken(run.order, parent.parent)

        strategy = piece.strategy or self._strategies[run.order.parent_id]
        self._desk.take_slice(run.order, piece, strategy, begin)

    def wake_at(self, run: AlgoRun, at: int) -> None:
        """Resume the run at a time, unless it is resumed before."""
        number = run.wake_number()
        self._env.call_at(at, lambda _: run.time_is_up(number))

    def wake_soon(self, run: AlgoRun) -> None:
        """Resume the run when what is being done is done."""
        self.wake_at(run, self.now())

    def planned(self, run: AlgoRun, schedule: Sequence[tuple[int, int]]) -> None:
        """Log what the schedule says."""
        for by, qty in schedule:
            self._log_schedule(self.now(), run.order.parent_id, by, qty)

    def algo_ended(self, run: AlgoRun, status: int) -> None:
        """Nothing of the order is live any more."""
        del self.runs[run.order.parent_id], self._strategies[run.order.parent_id]
        self._log_end(self.now(), run.order.parent_id, status, run.cum_qty, run.order.qty - run.cum_qty, run.slices)
        self._desk.algo_over(run.order, status)
