"""Quantities as a person writes them, to exact integers and back.

======== ===================== =================================
what     written               held as
======== ===================== =================================
duration ``350us``, ``1.5ms``  int nanoseconds
price    ``100.00``, ``$0.01`` int price units of $0.0001
fee      ``-0.0020``           int millionths of a dollar per share
shares   ``500``               int
rate     ``1.5/s``, ``20/min`` :class:`Rate`
======== ===================== =================================

A bare number means the key's stated unit ($, shares); a duration or a rate must carry its own. Everything goes through
``Decimal``, never through a binary float: what cannot be held exactly is refused, not rounded.

Raises:
    QuantityError: the text is not such a quantity; the message shows the value seen and what to write instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeGuard

PRICE_UNITS_PER_DOLLAR: Final = 10_000
MICROS_PER_DOLLAR: Final = 1_000_000

LONGEST: Final = 2**53
"""The longest duration, ns (104 days), as in `sim.latency`."""

DEAREST: Final = 1_000_000_000 * PRICE_UNITS_PER_DOLLAR
"""The highest price, price units."""

LARGEST: Final = 10**18
"""The largest whole number; the log holds 64 bits."""

NANOSECONDS: Final[dict[str, int]] = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}
"""Length of each unit of time. Durations are written back in the first four."""

_MEANT: Final = {
    **{unit: unit for unit in NANOSECONDS},
    **dict.fromkeys(("nsec", "nanoseconds"), "ns"),
    **dict.fromkeys(("usec", "µs", "microseconds"), "us"),
    **dict.fromkeys(("msec", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hour", "hours"), "h"),
}
"""What people write for a unit, lower case, and the unit to suggest."""
_MOST_DIGITS: Final = 30
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_WITH_UNIT: Final = re.compile(rf"\s*({_NUMBER})\s*([a-zA-Zµ]+)\s*")
_PER_UNIT: Final = re.compile(rf"\s*({_NUMBER})\s*/\s*([a-zA-Zµ]+)\s*")
_DOLLARS: Final = re.compile(r"\s*([+-]?)\s*\$?\s*([+-]?)((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")


class QuantityError(ValueError):
    """A quantity that is not one; the message says what was seen and what to write."""


def show(value: object) -> str:
    """The value as it would stand in YAML, shortened, for a message.

    >>> show(True), show(None), show("350 u s"), show(Decimal("0.0030"))
    ('true', 'nothing', "'350 u s'", '0.0030')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return _shortened("{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}")
    if isinstance(value, (list, tuple)):
        return _shortened("[" + ", ".join(show(item) for item in value) + "]")
    if isinstance(value, int):
        value = Decimal(value)  # Python refuses to write an int of more than 4300 digits
    return _shortened(repr(value) if isinstance(value, str) else str(value))


def _shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


# -- durations --------------------------------------------------------------------------------------


def parse_duration(value: object) -> int:
    """Nanoseconds of a duration; zero or more.

    >>> parse_duration("350us"), parse_duration("1.5 ms"), parse_duration("1min")
    (350000, 1500000, 60000000000)
    >>> parse_duration(350)
    Traceback (most recent call last):
    scenarios.quantities.QuantityError: 350 has no unit; write 350us, 350ms or 350s
    """
    if _is_number(value):
        raise QuantityError(f"{show(value)} has no unit; write {show(value)}us, {show(value)}ms or {show(value)}s")
    match = _WITH_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise QuantityError(f"{show(value)} is not a duration; write a number and a unit, such as 350us, 1.5ms or 60s")
    amount, unit = match.groups()
    nanoseconds = _exact(Decimal(amount), value) * _unit_length(amount, unit)
    if nanoseconds.denominator != 1:
        raise QuantityError(f"{show(value)} is not a whole number of nanoseconds; round it, 1ns is the smallest step")
    if nanoseconds < 0:
        raise QuantityError(f"{show(value)} is negative; write a duration of zero or more, such as 0s or 350us")
    if nanoseconds > LONGEST:
        raise QuantityError(
            f"{show(value)} is too long; a simulation reaches {format_duration(LONGEST)}, some 104 days"
        )
    return int(nanoseconds)


def parse_positive_duration(value: object) -> int:
    """As :func:`parse_duration`, and above zero."""
    nanoseconds = parse_duration(value)
    if nanoseconds == 0:
        raise QuantityError(f"{show(value)} is no time at all; write a duration above zero, such as 350us or 60s")
    return nanoseconds


def format_duration(nanoseconds: int) -> str:
    """The shortest exact text in ns, us, ms or s.

    >>> format_duration(350_000), format_duration(29_001), format_duration(60_000_000_000), format_duration(0)
    ('350us', '29.001us', '60s', '0s')
    """
    if nanoseconds == 0:
        return "0s"
    unit = next(unit for unit in ("s", "ms", "us", "ns") if abs(nanoseconds) >= NANOSECONDS[unit])
    return f"{_plain(Decimal(nanoseconds) / NANOSECONDS[unit])}{unit}"


def _unit_length(amount: str, unit: str, written: str = "{amount}{unit}") -> int:
    """Nanoseconds of a unit; ``written`` is how a suggestion puts the amount before it."""
    if unit in NANOSECONDS:
        return NANOSECONDS[unit]
    meant = _MEANT.get(unit.lower())
    units = f"units: {', '.join(NANOSECONDS)}"
    hint = f"did you mean {written.format(amount=amount, unit=meant)}? ({units})" if meant else units
    raise QuantityError(f"{unit!r} is not a unit of time; {hint}")


# -- rates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per unit of time, exactly as written.

    >>> Rate(Decimal("20"), "min").per_second == 20 / 60
    True
    """

    events: Decimal
    unit: str

    @property
    def exact(self) -> Fraction:
        """Events per second."""
        return Fraction(self.events) * NANOSECONDS["s"] / NANOSECONDS[self.unit]

    @property
    def per_second(self) -> float:
        """Events per second, as the nearest float."""
        return float(self.exact)

    def __str__(self) -> str:
        return f"{_plain(self.events)}/{self.unit}"


def parse_rate(value: object) -> Rate:
    """A rate; zero or more.

    >>> str(parse_rate("1.50/s")), parse_rate("5/ms").per_second
    ('1.5/s', 5000.0)
    """
    if isinstance(value, Rate):
        return value
    if _is_number(value):
        raise QuantityError(f"{show(value)} has no unit; write {show(value)}/s or {show(value)}/min")
    match = _PER_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise QuantityError(f"{show(value)} is not a rate; write a number, a slash and a unit, such as 1.5/s or 20/min")
    amount, unit = match.groups()
    _unit_length(amount, unit, "{amount}/{unit}")
    if _exact(Decimal(amount), value) < 0:
        raise QuantityError(f"{show(value)} is negative; write a rate of zero or more, such as 0/s or 20/min")
    return Rate(Decimal(amount), unit)


# -- money ------------------------------------------------------------------------------------------


def parse_price(value: object) -> int:
    """Price units ($0.0001) of an amount in dollars; zero or more.

    >>> parse_price(Decimal("100.00")), parse_price("$0.0030")
    (1000000, 30)
    """
    units = parse_signed_price(value)
    if units < 0:
        raise QuantityError(f"{show(value)} is negative; write dollars of zero or more, such as 0.01")
    return units


def parse_positive_price(value: object) -> int:
    """As :func:`parse_price`, and above zero."""
    units = parse_price(value)
    if units == 0:
        raise QuantityError(f"{show(value)} is nothing; write dollars above zero, such as 0.01")
    return units


def parse_signed_price(value: object) -> int:
    """Price units of an amount in dollars of either sign.

    >>> parse_signed_price("-$0.02")
    -200
    """
    units = _dollars(value) * PRICE_UNITS_PER_DOLLAR
    if units.denominator != 1:
        raise QuantityError(f"{show(value)} is finer than a price can be; write a multiple of $0.0001")
    if abs(units) > DEAREST:
        raise QuantityError(f"{show(value)} is too large; write dollars up to {DEAREST // PRICE_UNITS_PER_DOLLAR}")
    return int(units)


def parse_fee(value: object) -> int:
    """Millionths of a dollar per share of a fee in $/share; paid is positive, received negative.

    >>> parse_fee("-0.0020")
    -2000
    >>> parse_fee(30)
    Traceback (most recent call last):
    scenarios.quantities.QuantityError: 30 is 30 dollars a share; fees are in $/share: for 30 mils write 0.0030
    """
    dollars = _dollars(value)
    if abs(dollars) > Fraction(1, 10):
        raise QuantityError(_implausible_fee(value, dollars))
    micros = dollars * MICROS_PER_DOLLAR
    if micros.denominator != 1:
        raise QuantityError(f"{show(value)} is finer than a fee can be; write a multiple of $0.000001")
    return int(micros)


def format_price(units: int) -> Decimal:
    """Dollars of price units, with cents.

    >>> format_price(1_000_000), format_price(50)
    (Decimal('100.00'), Decimal('0.005'))
    """
    return _with_places(Decimal(units) / PRICE_UNITS_PER_DOLLAR, 2)


def format_fee(micros: int) -> Decimal:
    """Dollars of millionths, with four places.

    >>> format_fee(-2000), format_fee(2050)
    (Decimal('-0.0020'), Decimal('0.00205'))
    """
    return _with_places(Decimal(micros) / MICROS_PER_DOLLAR, 4)


def _implausible_fee(value: object, dollars: Fraction) -> str:
    text = show(value).strip("'$")
    mils = f"for {text} mils write {_with_places(Decimal(text) / 10_000, 4)}" if dollars.denominator == 1 else ""
    meant = mils or f"for {text} cents write {_with_places(Decimal(text) / 100, 4)}"
    return f"{text} is {text} dollars a share; fees are in $/share: {meant}"


def _dollars(value: object) -> Fraction:
    if _is_number(value):
        return _exact(value)
    match = _DOLLARS.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match[1] and match[2]):
        raise QuantityError(f"{show(value)} is not an amount in dollars; write a number such as 0.0030")
    return _exact(Decimal((match[1] or match[2]) + match[3]), value)


# -- numbers ----------------------------------------------------------------------------------------


def parse_shares(value: object) -> int:
    """A number of shares, at least one.

    >>> parse_shares(500)
    500
    """
    shares = parse_whole(value, "shares")
    if shares < 1:
        raise QuantityError(f"{show(value)} is not a number of shares; write one of 1 or more")
    return shares


def parse_count(value: object) -> int:
    """A whole number of zero or more."""
    number = parse_whole(value)
    if number < 0:
        raise QuantityError(f"{show(value)} is negative; write a whole number of 0 or more")
    return number


def parse_positive_count(value: object) -> int:
    """A whole number of one or more."""
    number = parse_whole(value)
    if number < 1:
        raise QuantityError(f"{show(value)} is too few; write a whole number of 1 or more")
    return number


def parse_whole(value: object, of: str = "") -> int:
    """A whole number, written without quotes."""
    named = f"a whole number{' of ' + of if of else ''}"
    if not _is_number(value):
        raise QuantityError(f"{show(value)} is not {named}; write one without quotes, such as 100")
    number = _exact(value)
    if number.denominator != 1:
        raise QuantityError(f"{show(value)} is not {named}; write one, such as {round(number)}")
    if abs(number) > LARGEST:
        raise QuantityError(f"{show(value)} is too large; write a number up to {LARGEST}")
    return int(number)


def parse_number(value: object) -> float:
    """Any finite number."""
    if not _is_number(value):
        raise QuantityError(f"{show(value)} is not a number; write one such as 0.5")
    return float(_exact(value))


def parse_positive_number(value: object) -> float:
    """A finite number above zero."""
    number = parse_number(value)
    if number <= 0:
        raise QuantityError(f"{show(value)} must be above zero; write a number such as 0.5")
    return number


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _exact(value: int | float | Decimal, written: object = None) -> Fraction:
    """The number as written: a float through its shortest text, so that 0.1 means one tenth.

    ``written`` is what a message shows, where the number is a part of it.
    """
    number = Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise QuantityError(f"{show(value)} is not a finite number; write one such as 0.01")
    if number and not (
        -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS and len(number.as_tuple().digits) < _MOST_DIGITS
    ):
        seen = show(value if written is None else written)
        raise QuantityError(f"{seen} is out of range; write a number of fewer than {_MOST_DIGITS} digits")
    return Fraction(number)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _with_places(number: Decimal, places: int) -> Decimal:
    exponent = number.normalize().as_tuple().exponent
    digits = max(places, -exponent if isinstance(exponent, int) else 0)
    return number.quantize(Decimal(1).scaleb(-digits))
