"""An order cut into pieces of round lots that add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

SCALE = 1 << 50
"""Weights that are floats become whole numbers of this part of their sum."""


def apportion(qty: int, weights: Sequence[int], lot: int = 1) -> list[int]:
    """Pieces of ``qty`` shares in proportion to the weights, in round lots, by largest remainder.

    Every piece gets the whole lots of its exact share; lots that are left go one each to the largest remainders, equal
    ones to the earlier piece. What is less than a lot goes to the next piece in that order. So every piece is less
    than a lot away from its exact share, and the sum is exact.

    Raises:
        ValueError: a weight is negative, or none is above zero.

    >>> apportion(1_000, [1, 1, 1], lot=100)
    [400, 300, 300]
    >>> apportion(1_050, [1, 1, 1, 1], lot=100)
    [300, 300, 250, 200]
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights {list(weights)}: none may be below 0, and one must be above")
    pieces = [qty * weight // (total * lot) * lot for weight in weights]
    rest = qty - sum(pieces)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(qty * weights[i] % (total * lot)), i))
    for i in by_remainder[: -(-rest // lot)]:
        piece = min(lot, rest)
        pieces[i] += piece
        rest -= piece
    return pieces


def whole(weights: Sequence[float]) -> list[int]:
    """Float weights (not negative) as whole numbers in the same proportion, to a part in 2^50.

    >>> whole([0.5, 0.5]) == [1 << 49, 1 << 49]
    True
    """
    total = 0.0
    for weight in weights:  # one after the other: a sum that is the same everywhere
        total += weight
    return [int(weight / total * SCALE + 0.5) for weight in weights]


def down_to_lot(qty: int, lot: int) -> int:
    """The round lots in a quantity; 0 when it is negative.

    >>> down_to_lot(250, 100), down_to_lot(-1, 100)
    (200, 0)
    """
    return max(0, qty) // lot * lot


def running(pieces: Sequence[int]) -> list[int]:
    """Shares that are due after each piece.

    >>> running([300, 300, 400])
    [300, 600, 1000]
    """
    return list(accumulate(pieces))
