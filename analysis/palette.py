"""Colours of the figures: a venue has the same one in every figure of a scenario.

Colour-blind readers can tell them apart. Dark pools are greys with hatching, so they also differ in print.

Source: M. Okabe, K. Ito, "Color universal design", 2008.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

INK: Final = "#222222"
FAINT: Final = "#8a8a8a"
RULE: Final = "#d9d9d9"

LIT: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C6D31")
DARK: Final = ("#4d4d4d", "#8f8f8f", "#b8b8b8", "#2b2b2b")

CAUSES: Final[Mapping[str, str]] = {
    "sniper trade": "#D55E00",
    "market_maker cancel": "#0072B2",
    "market_maker trade": "#56B4E9",
    "background_flow trade": "#999999",
    "background_flow cancel": "#cccccc",
    "own sibling": "#CC79A7",
    "same router": "#E69F00",
    "fill-or-kill": "#009E73",
    "rejected": "#F0E442",
    "never arrived": "#222222",
}
OTHER_CAUSE: Final = "#8C6D31"


@dataclass(frozen=True, slots=True)
class Fill:
    """How a venue's area is painted."""

    colour: str
    hatch: str = ""

    @property
    def ink(self) -> str:
        """The colour of text on it: black on light, white on dark."""
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"


def venue_fills(venues: Iterable[tuple[str, str]]) -> dict[str, Fill]:
    """A fill for each (name, kind) in the scenario's order; kind ``dark`` is hatched grey.

    >>> venue_fills([("NYSE", "lit"), ("POOL", "dark")])["POOL"]
    Fill(colour='#4d4d4d', hatch='///')
    """
    fills: dict[str, Fill] = {}
    lit = dark = 0
    for name, kind in dict(venues).items():
        if kind == "dark":
            fills[name] = Fill(DARK[dark % len(DARK)], "///")
            dark += 1
        else:
            fills[name] = Fill(LIT[lit % len(LIT)])
            lit += 1
    return fills


def cause_colour(cause: str) -> str:
    """The colour of a cause of missed shares."""
    return CAUSES.get(cause, OTHER_CAUSE)
