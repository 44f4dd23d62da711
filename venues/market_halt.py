"""Halts of the whole market: planned ones, and those that a falling price sets off.

Rules
    A halt puts every venue that is not closed into HALTED at once; when it is over a call of the given length follows
    (VOLATILITY_AUCTION), whose auction opens continuous trading again, whatever phase a venue was in before. A halt
    within a halt makes it longer, never shorter.
    A phase of a venue's session that is due during a halt waits for its end and then begins instead of the call (of
    several the last one; CONTINUOUS begins with the call); the close does not wait.
    A circuit breaker has levels, each a share of the opening price. A print at a lit venue at or below a level sets it
    off, once a day each; the last one ends the day: it is not lifted again.

Does not model
    The index that real breakers watch (S&P 500): here it is the one instrument. The time of day, which decides whether
    a first-level halt happens at all.

Source: Rule 80B (NYSE): declines of 7, 13 and 20 %, 15 minutes each for the first two.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.environment import Environment
from venues.lit import LitVenue
from venues.messages import BookState, Quote
from venues.venue import Venue


class MarketHalt:
    """Halts all venues together. ``call``: length of the auction's call afterwards, ns."""

    def __init__(self, env: Environment, venues: Sequence[Venue], call: int) -> None:
        self._env = env
        self._venues = venues
        self._call = call
        self._until: int | None = -1
        """When the halt that is on ends; None: not today; a time that has passed: there is none."""
        self._waiting: dict[str, BookState] = {}
        """Phases that came during the halt, by venue."""
        self.halts: list[tuple[int, int]] = []
        """(when it began, when trading is to go on), ns; -1: not today."""

    def plan(self, at: int, length: int) -> None:
        """Halt for ``length`` ns from ``at`` on."""
        self._env.call_at(at, self.halt, length)

    def halt(self, length: int | None) -> None:
        """Halt now. ``length`` ns; None: for the rest of the day."""
        now = self._env.now
        self._all(BookState.HALTED)
        if length is None or self._until is None:
            self._until = None
        elif now + length > self._until:
            self._until = now + length
            self._env.call_at(self._until, self._begin_call, self._until)
        self.halts.append((now, -1 if self._until is None else self._until + self._call))

    def begin(self, venue: Venue, state: BookState) -> None:
        """Begin a phase of a venue's session, or keep it until the halt is over."""
        if state is not BookState.CLOSED and self._is_on:
            self._waiting[venue.name] = state
        else:
            venue.set_state(state)

    @property
    def _is_on(self) -> bool:
        return self._until is None or self._env.now < self._until

    def _begin_call(self, until: int) -> None:
        if until != self._until:  # it was made longer
            return
        waiting, self._waiting = self._waiting, {}
        for venue in self._venues:
            if venue.state is BookState.HALTED:
                phase = waiting.get(venue.name, BookState.CONTINUOUS)
                venue.set_state(BookState.VOLATILITY_AUCTION if phase is BookState.CONTINUOUS else phase)
        self._env.call_in(self._call, self._open, until)

    def _open(self, until: int) -> None:
        if until == self._until:
            for venue in self._venues:
                if venue.state is BookState.VOLATILITY_AUCTION:
                    venue.set_state(BookState.CONTINUOUS)

    def _all(self, state: BookState) -> None:
        for venue in self._venues:
            if venue.state is not BookState.CLOSED:
                venue.set_state(state)


class CircuitBreaker:
    """Watches the prints of the lit venues. ``levels``: prices in price units, falling; ``length``: of a halt, ns."""

    def __init__(
        self, env: Environment, venues: Sequence[LitVenue], levels: Sequence[int], length: int, halt: MarketHalt
    ) -> None:
        self._levels = list(levels)
        self._length = length
        self._halt = halt
        for venue in venues:
            venue.feed.view(env, 1).subscribe(self._look, self._falls)

    def _falls(self, quote: Quote, _before: Quote | None) -> bool:
        return quote.trade is not None and bool(self._levels) and quote.trade.px <= self._levels[0]

    def _look(self, quote: Quote) -> None:
        reached = [level for level in self._levels if quote.trade is not None and quote.trade.px <= level]
        if reached:
            del self._levels[: len(reached)]
            self._halt.halt(self._length if self._levels else None)
