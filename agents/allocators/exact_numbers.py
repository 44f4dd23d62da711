"""Money without rounding: decimal text, integers and floats as exact fractions over one common denominator.

A float means the decimal number that it is printed as: 100.1 is 1001/10, not the binary number nearest to it.

Cost
    About 1 us a number; an allocator converts its inputs once and then works in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd

Number = int | float | str | Decimal | Fraction
"""What a price, fee or penalty may be given as; text is a decimal number such as ``"0.0030"``."""


def exact(number: Number) -> Fraction:
    """The number as a fraction.

    Raises:
        ValueError: it is no finite number.

    >>> exact(100.1), exact("0.0030"), exact(7)
    (Fraction(1001, 10), Fraction(3, 1000), Fraction(7, 1))
    """
    return Fraction(*_ratio(number))


def over_one_denominator(numbers: Sequence[Number]) -> tuple[list[int], int]:
    """The numbers as integers over one denominator.

    >>> over_one_denominator(["0.25", 3, 0.1])
    ([5, 60, 2], 20)
    """
    ratios = [_ratio(number) for number in numbers]
    denominator = 1
    for _, below in ratios:
        if denominator % below:
            denominator *= below // gcd(denominator, below)
    return [above * (denominator // below) for above, below in ratios], denominator


def whole(number: object, what: str, least: int = 0) -> int:
    """A count of shares as an int.

    Raises:
        ValueError: it is not whole, or below ``least``.
    """
    try:
        count = int(number)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        count = None
    if count is None or count != number or count < least:
        raise ValueError(f"{what} = {number!r}: must be a whole number of shares, {least} or more")
    return int(count)


def _ratio(number: Number) -> tuple[int, int]:
    if isinstance(number, (int, Fraction)):
        return int(number.numerator), int(number.denominator)
    try:
        text = number if isinstance(number, (str, Decimal)) else repr(float(number))
        return Decimal(text).as_integer_ratio()
    except (InvalidOperation, ValueError, OverflowError, TypeError):
        raise ValueError(f"{number!r} is no number; write for example 0.0030 or '0.0030'") from None
