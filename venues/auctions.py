"""At which price an auction trades: maximum volume, minimum surplus, pressure, reference.

>>> uncross([(102, 5), (100, 5)], [(99, 3), (101, 4)], reference=0, tick_at=lambda price: 1)
(101, 5, -2)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise

Interest = tuple[int | None, int]
"""(limit or None, shares) of an order."""

TickAt = Callable[[int], int]


def uncross(
    buys: Iterable[Interest], sells: Iterable[Interest], reference: int, tick_at: TickAt
) -> tuple[int, int, int]:
    """(price, volume, surplus) of an uncross; the surplus is positive when buyers are left. (0, 0, 0): no trade.

    Candidates are all ticks from the lowest to the highest limit and the reference (0: none). Between two limits
    nothing changes, so only the limits and the gaps between them are looked at: O(n log n) for n orders.
    """
    buys, sells = list(buys), list(sells)
    demand, supply = _Curve(buys), _Curve(sells)
    limits = sorted({*demand.limits, *supply.limits})
    if not limits:
        volume = min(demand.market, supply.market) if reference else 0
        return (reference, volume, demand.market - supply.market) if volume else (0, 0, 0)
    stretches = []
    for low, high in _stretches(limits, reference, tick_at):
        bought, sold = demand.at_or_above(low), supply.at_or_below(low)
        stretches.append((min(bought, sold), bought - sold, low, high))
    volume = max(stretch[0] for stretch in stretches)
    if not volume:
        return 0, 0, 0
    least = min(abs(surplus) for traded, surplus, _, _ in stretches if traded == volume)
    best = [(s, low, high) for traded, s, low, high in stretches if traded == volume and abs(s) == least]
    price = _chosen([s for s, _, _ in best], best[0][1], best[-1][2], reference, tick_at)
    surplus = next(s for s, low, high in best if low <= price <= high)
    return price, volume, surplus


class _Curve:
    """How much one side would trade at a price."""

    def __init__(self, interests: list[Interest]) -> None:
        priced = sorted((limit, qty) for limit, qty in interests if limit is not None)
        self.market = sum(qty for limit, qty in interests if limit is None)
        self.limits = [limit for limit, _ in priced]
        self._up_to = [0, *accumulate(qty for _, qty in priced)]

    def at_or_below(self, price: int) -> int:
        return self.market + self._up_to[bisect_right(self.limits, price)]

    def at_or_above(self, price: int) -> int:
        return self.market + self._up_to[-1] - self._up_to[bisect_left(self.limits, price)]


def _stretches(limits: list[int], reference: int, tick_at: TickAt) -> list[tuple[int, int]]:
    """(lowest, highest) tick of each stretch of prices in which nothing changes, ascending."""
    found = []
    if reference and reference < limits[0]:
        found.append((_up(reference, tick_at), _down(limits[0] - 1, tick_at)))
    for low, high in pairwise(limits):
        found.append((low, low))
        found.append((_up(low + 1, tick_at), _down(high - 1, tick_at)))
    found.append((limits[-1], limits[-1]))
    if reference > limits[-1]:
        found.append((_up(limits[-1] + 1, tick_at), _down(reference, tick_at)))
    return [(low, high) for low, high in found if low <= high]


def _chosen(surpluses: list[int], low: int, high: int, reference: int, tick_at: TickAt) -> int:
    """Among equally good prices: where the pressure is, else nearest to the reference, else in the middle."""
    if all(surplus > 0 for surplus in surpluses):
        return high
    if all(surplus < 0 for surplus in surpluses):
        return low
    if not reference:
        return _down((low + high) // 2, tick_at)
    if reference <= low or reference >= high:
        return low if reference <= low else high
    below, above = _down(reference, tick_at), _up(reference, tick_at)
    return below if reference - below <= above - reference else above


def _down(price: int, tick_at: TickAt) -> int:
    return price - price % tick_at(max(0, price))


def _up(price: int, tick_at: TickAt) -> int:
    return price + -price % tick_at(price)
