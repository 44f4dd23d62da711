"""What exchanges charge, as dated sheets that a venue's `fees: {sheet: ..., line: ...}` takes its numbers from.

The numbers are illustrative: the order of magnitude of base rates, without tiers, tape and order type. Each sheet says
where it comes from; none of them is a current price list. Millionths of a dollar per share, paid positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FeeSheet:
    """Fees by line, (maker, taker) in millionths of a dollar per share; ``as_of``: the time they describe."""

    name: str
    as_of: str
    basis: str
    lines: dict[str, tuple[int, int]]


_ALL: Final = (
    FeeSheet(
        "seed",
        "undated",
        "round figures for teaching, as in the concept that this simulator began with",
        {
            "NYSE": (-2_000, 3_000),
            "NASDAQ": (-2_000, 3_000),
            "BATS": (-1_500, 2_500),
            "EDGX": (-1_000, 2_000),
            "IEX": (0, 900),
        },
    ),
    FeeSheet(
        "exchanges2013",
        "2013",
        "base rates as a broker's routing file listed them; BYX is inverted",
        {
            "ARCA": (-2_100, 3_000),
            "NASDAQ": (-2_000, 3_000),
            "BZX": (-2_500, 2_900),
            "EDGX": (-2_300, 3_000),
            "BYX": (300, -200),
        },
    ),
    FeeSheet(
        "iex2022",
        "April 2022",
        "the exchange's schedule of that month: displayed and non-displayed liquidity",
        {"IEX": (0, 600), "IEX_HIDDEN": (900, 900)},
    ),
    FeeSheet(
        "exchanges2025",
        "2025",
        "base rates from memory, not checked against the price lists; volume tiers pay makers up to 0.0033",
        {
            "NYSE": (-1_200, 3_000),
            "ARCA": (-2_000, 3_000),
            "NASDAQ": (-2_000, 3_000),
            "BZX": (-1_600, 3_000),
            "EDGX": (-1_600, 3_000),
            "EDGA": (-2_700, 3_000),
            "MEMX": (-2_000, 3_000),
            "BYX": (2_000, -200),
            "IEX": (-400, 1_000),
        },
    ),
)

FEE_SHEETS: Final[dict[str, FeeSheet]] = {sheet.name: sheet for sheet in _ALL}
"""By name."""
