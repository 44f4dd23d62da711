"""Limit-up/limit-down bands: the two prices between which a book trades, and what they are drawn around.

Source: Plan to Address Extraordinary Market Volatility (SEC 4-631), sections V to VII. docs/matching.md, section 11.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from venues.policies import Band, BandReference

WINDOW: Final = 300_000_000_000
"""ns: trades of the last five minutes count."""


class Bands:
    """``lower`` and ``upper``, price units; both 0: none (yet). ``tick_at(price)`` gives the tick."""

    __slots__ = ("_band", "_first", "_last", "_sum", "_tick_at", "lower", "moved", "reference", "trades", "upper")

    def __init__(self, band: Band | None, reference: int, tick_at: Callable[[int], int]) -> None:
        self._band = band
        self._tick_at = tick_at
        self.reference = reference
        self.lower = self.upper = 0
        self.moved = False
        """Are they others than when orders were last brought inside? Who brings them unsets it."""
        self.trades: deque[tuple[int, int]] = deque()
        """(at, price) of those that may count."""
        self._sum = 0
        self._first = self._last = 0
        self._draw()

    def trade(self, price: int, now: int) -> None:
        """A trade happened; the bands do not move before :meth:`follow`."""
        if self._band is None:
            return
        self._first = self._first or price
        self._last = price
        if self._band.reference is BandReference.AVERAGE:
            self.trades.append((now, price))
            self._sum += price

    def uncross(self, price: int, now: int) -> None:
        """An auction traded: its price is the reference, whatever the rule, and the average starts from it."""
        if self._band is None:
            return
        self.reference = price
        self.trades = deque([(now, price)])
        self._sum = price
        self._first = self._last = 0
        self._draw()

    def follow(self, now: int) -> None:
        """At the end of a command: move the reference if the rule says so."""
        band = self._band
        if band is None:
            return
        if not self.reference:
            self.reference = self._first
        if band.reference is BandReference.LAST:
            self.reference = self._last or self.reference
        elif band.reference is BandReference.AVERAGE:
            self._follow_average(now)
        self._first = self._last = 0
        self._draw()

    def restore(self, reference: int, trades: list[tuple[int, int]]) -> None:
        """Go on from a snapshot."""
        self.reference = reference
        self.trades = deque(trades)
        self._sum = sum(price for _, price in trades)
        self._draw()

    def _follow_average(self, now: int) -> None:
        while self.trades and self.trades[0][0] < now - WINDOW:
            self._sum -= self.trades.popleft()[1]
        if self.trades:
            mean = self._sum // len(self.trades)
            if abs(mean - self.reference) * 100 >= self.reference:
                self.reference = mean

    def _draw(self) -> None:
        if self._band is None or not self.reference:
            return
        width = self._band.width
        lower, upper = self._nearest_tick(10_000 - width), self._nearest_tick(10_000 + width)
        before = self.lower, self.upper
        self.lower = max(0, lower)
        self.upper = max(upper, self._tick_at(0))
        self.moved = self.moved or before != (self.lower, self.upper)

    def _nearest_tick(self, share: int) -> int:
        """reference * share / 10,000 on the tick, half up."""
        exact = self.reference * share
        tick = self._tick_at(max(0, exact // 10_000))
        return (2 * exact + 10_000 * tick) // (20_000 * tick) * tick
