"""How simulated time follows wall-clock time, and in how long pieces it goes. Results depend on neither."""

from __future__ import annotations

from typing import Final, Literal

Speed = float | Literal["max"]
"""Simulated seconds per second."""

TICK: Final = 2_000_000
"""Wall-clock ns between two pieces of a paced market that has caught up."""

MOST_BEHIND: Final = 1_000_000_000
"""Wall-clock ns that a market may lag behind its pace and still try to catch up."""

PIECE: Final = 4_000_000
"""Wall-clock ns that a piece should take: how long an instruction waits at most, roughly."""

SHORTEST, LONGEST = 1_000, 1_000_000_000
"""Simulated ns of a piece."""


class Pace:
    """Where simulated time should be. Times in ns.

    >>> pace = Pace(10.0, simulated=0, wall=5_000)
    >>> pace.goal(wall=5_100)
    1000
    """

    def __init__(self, speed: Speed, simulated: int, wall: int) -> None:
        self.speed: Speed = speed
        self._simulated = simulated
        self._wall = wall

    def restart(self, simulated: int, wall: int, speed: Speed | None = None) -> None:
        """Begin anew from here."""
        self.speed = self.speed if speed is None else speed
        self._simulated, self._wall = simulated, wall

    def goal(self, wall: int) -> int | None:
        """Simulated time to have reached by now; None: as far as possible."""
        if self.speed == "max":
            return None
        return self._simulated + int((wall - self._wall) * self.speed)

    def behind(self, simulated: int, wall: int) -> int:
        """Simulated ns that the market lags behind; 0 when it has caught up."""
        goal = self.goal(wall)
        return 0 if goal is None else max(0, goal - simulated)

    def forgive(self, simulated: int, wall: int) -> None:
        """A market that cannot keep up goes as fast as it can and does not owe the rest."""
        if self.speed != "max" and self.behind(simulated, wall) > MOST_BEHIND * self.speed:
            self.restart(simulated, wall - MOST_BEHIND)


class Pieces:
    """The length of the next piece, so that one takes about the same wall-clock time whatever goes on in the market."""

    def __init__(self, length: int = 1_000_000) -> None:
        self.length = length

    def took(self, wall: int) -> None:
        """The last piece, at full length, took so many ns."""
        if wall > 2 * PIECE:
            self.length = max(SHORTEST, self.length // 2)
        elif wall < PIECE // 2:
            self.length = min(LONGEST, self.length * 2)


class Meter:
    """The speed that was really reached, over the last second or so."""

    def __init__(self, simulated: int, wall: int) -> None:
        self._marks = [(simulated, wall)]

    def mark(self, simulated: int, wall: int) -> None:
        """Note where the clocks are."""
        if wall - self._marks[-1][1] >= 250_000_000:
            self._marks = [*self._marks[-4:], (simulated, wall)]

    def speed(self, simulated: int, wall: int) -> float:
        """Simulated seconds per second."""
        since, then = self._marks[0]
        return (simulated - since) / max(1, wall - then)
