"""Recorded integers as a person reads them: dollars, microseconds, names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.codes import MICROS_PER_DOLLAR, UNITS_PER_DOLLAR
from analysis.directory import Directory

NO_SCORE = -(1 << 62)
"""Stands in the log for *no score*."""


def seconds(ns: int) -> str:
    """Simulated time to the nanosecond.

    >>> seconds(2_036_420_819)
    '2.036420819 s'
    """
    return f"{ns // 1_000_000_000}.{ns % 1_000_000_000:09d} s"


def duration(ns: int) -> str:
    """A span in the unit that fits it.

    >>> [duration(n) for n in (750, 350_200, 2_150_000, 4_000_000_000)]
    ['750 ns', '350.2 us', '2.150 ms', '4.000 s']
    """
    if abs(ns) < 1_000:
        return f"{ns} ns"
    if abs(ns) < 1_000_000:
        return f"{ns / 1_000:.1f} us"
    if abs(ns) < 1_000_000_000:
        return f"{ns / 1_000_000:.3f} ms"
    return f"{ns / 1_000_000_000:.3f} s"


def price(units: int) -> str:
    """A price in dollars; four decimals only where they say something.

    >>> price(100_0100), price(99_9950), price(0)
    ('100.01', '99.995', '-')
    """
    if not units:
        return "-"
    text = f"{units // UNITS_PER_DOLLAR}.{units % UNITS_PER_DOLLAR:04d}"
    return text[:-2] + text[-2:].rstrip("0")


def dollars(micros: int) -> str:
    """Money in dollars, exact to the millionth, at least cents.

    >>> dollars(2_700_000), dollars(-2_000), dollars(68_712_345)
    ('$2.70', '-$0.002', '$68.712345')
    """
    whole, rest = divmod(abs(micros), MICROS_PER_DOLLAR)
    decimals = f"{rest:06d}"
    return f"{'-' if micros < 0 else ''}${whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def plural(count: int, noun: str) -> str:
    """A number of things.

    >>> plural(1, "round"), plural(3, "round")
    ('1 round', '3 rounds')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def value_text(value: int, unit: str, codes: Mapping[int, str], directory: Directory) -> str:
    """A recorded value by its column's unit: ``price``, ``micros``, ``ns``, ``venue``, ``agent``, ``code``."""
    if codes:
        return codes.get(value, str(value)) or "-"
    if unit == "micros" and value == NO_SCORE:
        return "-"
    words: Mapping[str, Any] = {
        "price": price,
        "micros": dollars,
        "ns": seconds,
        "venue": directory.venue,
        "agent": directory.agent,
    }
    said = words.get(unit, str)(value)
    assert isinstance(said, str)
    return said
