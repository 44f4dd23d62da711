"""What is wrong with a scenario: every problem, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

TreePath = tuple[str | int, ...]
"""Keys and list indexes from the top of a scenario to a value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one place.

    ``line`` and ``column`` count from 1; None: the value did not come from a line of the file. ``file`` is then what it
    came from, such as ``--set``. ``path`` can be pasted into ``--set``.

    >>> print(Problem("us.yaml", 14, 25, "venues.IEX.fees.taker", "30 is 30 dollars a share"))
    us.yaml:14:25: venues.IEX.fees.taker: 30 is 30 dollars a share
    >>> print(Problem("--set", None, None, "duration", "10 has no unit"))
    --set duration: 10 has no unit
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        if self.line is not None:
            place = f"{self.file}:{self.line}:{self.column}: {self.path}"
        elif self.file.startswith("--"):
            place = f"{self.file} {self.path}".rstrip()
        else:
            place = f"{self.file}: {self.path}"
        return f"{place.removesuffix(': ')}: {self.message}"


class ScenarioError(ValueError):
    """A scenario that cannot be used. ``problems`` holds all that is wrong, ``str()`` is one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        """Raised in a worker, it is told in the process that asked: pickled by its problems, not by its text."""
        return type(self), (self.problems,)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is close.

    >>> nearest("NASDQ", ["NYSE", "NASDAQ"])
    'NASDAQ'
    """
    folded = {name.lower(): name for name in reversed(list(known))}
    close = get_close_matches(word.lower(), list(folded), n=1, cutoff=0.55)
    return folded[close[0]] if close else None


def instead(word: str, known: Sequence[str], label: str = "known") -> str:
    """What to write instead: the nearest known word and all there are.

    >>> instead("NASDQ", ["NYSE", "NASDAQ"], "venues")
    "did you mean 'NASDAQ'? (venues: NYSE, NASDAQ)"
    >>> instead("zzz", ["NYSE"], "venues")
    'venues: NYSE'
    """
    meant = nearest(word, known)
    everything = f"{label}: {', '.join(known) or 'none'}"
    return f"did you mean {meant!r}? ({everything})" if meant else everything
