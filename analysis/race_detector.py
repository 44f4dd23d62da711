"""Latency races in a venue's messages, by the definition of Aquilina, Budish and O'Neill.

A race is a burst of attempts at one price and side: by at least two participants, at least one of them to take, at
least one that succeeds and one that fails, within a horizon after the first (`Definition`).

Rules
    A race may begin with a cancel, or with an attempt to take at the best price or beyond; one that reaches several
    prices is looked at for each, in steps of a tick from the best. To it belong all later attempts within the horizon,
    both ends included: cancels at that price, takes at it or beyond.
    Races at one price and side do not overlap: after one begins, no other does until its horizon has passed.
    The horizon is the time within which a participant cannot have reacted to the first message: that message's own
    latency, as observed, and a minimum reaction time, at most an upper bound; or a fixed time.
    Attempts of one time count in the order of their messages.

Cost
    O(attempts x attempts within a horizon), about 10 us an attempt.

Source: M. Aquilina, E. Budish and P. O'Neill, "Quantifying the high-frequency trading 'arms race'", Quarterly Journal
of Economics 137 (2022), section III; Code and Data Appendix (version 1.1), sections 4 and 10.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.codes import BUY, SELL
from analysis.race_attempts import FAIL, SUCCESS, Attempt, signed

US: Final = 1_000
"""Nanoseconds in a microsecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What counts as a race; the names are those of the authors' parameters, times in ns.

    Args:
        min_num_participants: at least so many users (the paper: 2; sensitivities 3 and 5).
        min_num_takes: at least so many attempts to take (1; 2).
        min_num_cancels: at least so many attempts to cancel (0; 1).
        strict_fail: only IOCs that expire and cancels that come too late fail.
        strict_success: an attempt to take at the race's very price must have failed.
        min_reaction_time: on top of the first message's latency (29 us).
        info_hor_upper_bound: the longest horizon (500 us).
        len_fixed_hor: this horizon instead (50, 100, 200, 500, 1000, 2000, 3000 us).
        replaced_takes: a replace that trades at once is an attempt to take, as the paper has it. The authors' program
            (version 1.1) leaves these out: its two halves spell their name differently.

    Raises:
        ValueError: a count or time that no race can have.
    """

    min_num_participants: int = 2
    min_num_takes: int = 1
    min_num_cancels: int = 0
    strict_fail: bool = False
    strict_success: bool = False
    min_reaction_time: int = 29 * US
    info_hor_upper_bound: int = 500 * US
    len_fixed_hor: int | None = None
    replaced_takes: bool = True

    def __post_init__(self) -> None:
        for name, least in (("min_num_participants", 2), ("min_num_takes", 1), ("min_num_cancels", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)}: a race has at least {least}")
        for name in ("min_reaction_time", "info_hor_upper_bound", "len_fixed_hor"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} = {getattr(self, name)} ns: write 0 or more")

    def horizon(self, first: Attempt) -> int:
        """How long after the first message others may belong to its race, ns."""
        if self.len_fixed_hor is not None:
            return self.len_fixed_hor
        if first.latency is None:
            return self.info_hor_upper_bound
        return min(first.latency + self.min_reaction_time, self.info_hor_upper_bound)


BASELINE: Final = Definition()
"""The paper's definition."""


@dataclass(frozen=True, slots=True)
class Race:
    """One race: the side of the orders raced for (SELL: the offers), their price, when it began, how long it may last.

    ``attempts`` are in order of time, ``outcomes`` theirs: `success`, `fail` or `unknown`.
    """

    side: int
    price: int
    at: int
    horizon: int
    attempts: tuple[Attempt, ...]
    outcomes: tuple[str, ...]

    @property
    def participants(self) -> int:
        """Users that took part."""
        return len({attempt.user for attempt in self.attempts})

    @property
    def takes(self) -> int:
        """Attempts to take."""
        return sum(not attempt.is_cancel for attempt in self.attempts)

    @property
    def cancels(self) -> int:
        """Attempts to cancel."""
        return sum(attempt.is_cancel for attempt in self.attempts)

    @property
    def winner(self) -> Attempt:
        """The first that succeeded."""
        return self.attempts[self.outcomes.index(SUCCESS)]

    @property
    def loser(self) -> Attempt:
        """The first that failed."""
        return self.attempts[self.outcomes.index(FAIL)]

    @property
    def duration(self) -> int:
        """From the first success to the first failure, ns; negative when the failure came first."""
        return self.loser.at - self.winner.at

    @property
    def traded(self) -> int:
        """Shares that changed hands at the race's price."""
        return sum(attempt.taken_at(signed(self.side, self.price)) for attempt in self.attempts)

    @property
    def cancelled(self) -> int:
        """Shares that got away."""
        outcomes = zip(self.attempts, self.outcomes, strict=True)
        return sum(attempt.qty for attempt, outcome in outcomes if attempt.is_cancel and outcome == SUCCESS)


def find_races(attempts: Sequence[Attempt], tick: int, definition: Definition = BASELINE) -> list[Race]:
    """The races among a venue's attempts, in order of their beginning.

    Args:
        attempts: in order of time; tick: price units.

    Raises:
        ValueError: the tick is not positive.
    """
    if tick <= 0:
        raise ValueError(f"tick = {tick}: write the tick in price units, 1 or more")
    races: list[Race] = []
    for side in (BUY, SELL):
        here = [attempt for attempt in attempts if attempt.side == side and _counts(attempt, definition)]
        races += _races_on(here, tick, definition)
    return sorted(races, key=lambda race: (race.attempts[0].row, -race.side, signed(race.side, race.price)))


def _counts(attempt: Attempt, definition: Definition) -> bool:
    return definition.replaced_takes or not (attempt.is_replace and attempt.fills)


def _races_on(attempts: Sequence[Attempt], tick: int, definition: Definition) -> Iterator[Race]:
    """Races for the orders of one side."""
    busy_until: dict[int, int] = {}
    for place, first in enumerate(attempts):
        levels = _levels(first, tick)
        if not levels:
            continue
        horizon = definition.horizon(first)
        burst = _within(attempts, place, horizon)
        if len({attempt.user for attempt in burst}) < definition.min_num_participants:
            continue
        for price in levels:
            if first.at <= busy_until.get(price, first.at - 1):
                continue
            race = _race(price, horizon, burst, definition)
            if race is not None:
                busy_until[price] = first.at + horizon
                yield race


def _levels(first: Attempt, tick: int) -> Sequence[int]:
    """Signed prices at which a race may begin with this attempt."""
    if first.best is None:
        return ()
    return (first.level,) if first.is_cancel else range(first.best, first.level + 1, tick)


def _within(attempts: Sequence[Attempt], place: int, horizon: int) -> list[Attempt]:
    """The attempt at this place and those after it, up to the horizon."""
    until = attempts[place].at + horizon
    end = place + 1
    while end < len(attempts) and attempts[end].at <= until:
        end += 1
    return list(attempts[place:end])


def _race(price: int, horizon: int, burst: Sequence[Attempt], definition: Definition) -> Race | None:
    """The race at a signed price that a burst is, if it is one."""
    taking_part = tuple(a for a in burst if (a.level == price if a.is_cancel else a.level >= price))
    outcomes = tuple(attempt.outcome_at(price, definition.strict_fail) for attempt in taking_part)
    first = taking_part[0]
    race = Race(first.side, -first.side * price, first.at, horizon, taking_part, outcomes)
    enough = (
        race.participants >= definition.min_num_participants
        and race.takes >= definition.min_num_takes
        and race.cancels >= definition.min_num_cancels
    )
    if not enough or SUCCESS not in outcomes or FAIL not in outcomes:
        return None
    if definition.strict_success and not _took_too_late(race, price):
        return None
    return race


def _took_too_late(race: Race, price: int) -> bool:
    outcomes = zip(race.attempts, race.outcomes, strict=True)
    return any(outcome == FAIL and not each.is_cancel and each.level == price for each, outcome in outcomes)
