from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.quantities import (
    DEAREST,
    LONGEST,
    QuantityError,
    format_duration,
    format_fee,
    format_price,
    parse_count,
    parse_duration,
    parse_fee,
    parse_number,
    parse_positive_duration,
    parse_positive_number,
    parse_positive_price,
    parse_price,
    parse_rate,
    parse_shares,
    parse_signed_price,
    show,
)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("20ns", 20),
        ("350us", 350_000),
        ("1.5ms", 1_500_000),
        ("2s", 2_000_000_000),
        ("1min", 60_000_000_000),
        ("1h", 3_600_000_000_000),
        (" 1.5 ms ", 1_500_000),
        ("+2e3us", 2_000_000),
        (".5us", 500),
        ("0s", 0),
    ],
)
def test_durations_become_whole_nanoseconds(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


def test_a_duration_is_not_rounded_on_its_way_through_a_float() -> None:
    assert parse_duration("1234567.890123457s") == 1_234_567_890_123_457


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (350, "350 has no unit; write 350us, 350ms or 350s"),
        (Decimal("1.5"), "1.5 has no unit; write 1.5us, 1.5ms or 1.5s"),
        ("fast", "'fast' is not a duration; write a number and a unit, such as 350us, 1.5ms or 60s"),
        (True, "true is not a duration; write a number and a unit, such as 350us, 1.5ms or 60s"),
        (None, "nothing is not a duration; write a number and a unit, such as 350us, 1.5ms or 60s"),
        (
            "350usec",
            "'usec' is not a unit of time; did you mean 350us? (units: ns, us, ms, s, min, h)",
        ),
        ("5parsec", "'parsec' is not a unit of time; units: ns, us, ms, s, min, h"),
        ("0.5ns", "'0.5ns' is not a whole number of nanoseconds; round it, 1ns is the smallest step"),
        ("-5us", "'-5us' is negative; write a duration of zero or more, such as 0s or 350us"),
        ("1e6h", "'1e6h' is too long; a simulation reaches 9007199.254740992s, some 104 days"),
        ("1e999999999s", "'1e999999999s' is out of range; write a number of fewer than 30 digits"),
    ],
)
def test_a_wrong_duration_says_what_to_write(written: object, message: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse_duration(written)
    assert str(error.value) == message


def test_a_duration_that_must_take_time_is_not_zero() -> None:
    with pytest.raises(QuantityError, match="'0s' is no time at all; write a duration above zero"):
        parse_positive_duration("0s")


@given(st.integers(min_value=0, max_value=LONGEST))
def test_a_duration_is_written_back_exactly(nanoseconds: int) -> None:
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


def test_prices_are_in_dollars_with_or_without_the_sign() -> None:
    assert parse_price(Decimal("100.00")) == parse_price("$100") == parse_price(100) == 1_000_000


def test_a_float_from_python_means_its_shortest_text() -> None:
    assert parse_price(0.1) == 1_000
    assert parse_fee(-0.0031) == -3_100


@pytest.mark.parametrize("text", ["-$0.02", "$-0.02", "-0.02"])
def test_the_minus_may_stand_on_either_side_of_the_dollar(text: str) -> None:
    assert parse_signed_price(text) == -200


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (Decimal("0.00005"), "0.00005 is finer than a price can be; write a multiple of $0.0001"),
        ("a lot", "'a lot' is not an amount in dollars; write a number such as 0.0030"),
        ("-$-1", "'-$-1' is not an amount in dollars; write a number such as 0.0030"),
        (-1, "-1 is negative; write dollars of zero or more, such as 0.01"),
        (Decimal("Infinity"), "Infinity is not a finite number; write one such as 0.01"),
        (10**10, "10000000000 is too large; write dollars up to 1000000000"),
    ],
)
def test_a_wrong_price_says_what_to_write(written: object, message: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse_price(written)
    assert str(error.value) == message


@given(st.integers(min_value=-DEAREST, max_value=DEAREST))
def test_a_price_is_written_back_exactly(units: int) -> None:
    assert parse_signed_price(format_price(units)) == units


def test_fees_are_millionths_of_a_dollar_per_share() -> None:
    assert [parse_fee(fee) for fee in (Decimal("0.0030"), "-$0.0020", 0)] == [3_000, -2_000, 0]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (30, "30 is 30 dollars a share; fees are in $/share: for 30 mils write 0.0030"),
        (Decimal("0.30"), "0.30 is 0.30 dollars a share; fees are in $/share: for 0.30 cents write 0.0030"),
        (Decimal("-20"), "-20 is -20 dollars a share; fees are in $/share: for -20 mils write -0.0020"),
        ("0.0000001", "'0.0000001' is finer than a fee can be; write a multiple of $0.000001"),
    ],
)
def test_a_wrong_fee_says_what_to_write(written: object, message: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse_fee(written)
    assert str(error.value) == message


@given(st.integers(min_value=-100_000, max_value=100_000))
def test_a_fee_is_written_back_exactly(micros: int) -> None:
    assert parse_fee(format_fee(micros)) == micros


@pytest.mark.parametrize(
    ("text", "per_second"), [("1.5/s", Fraction(3, 2)), ("20/min", Fraction(1, 3)), ("5/ms", 5000), ("0/s", 0)]
)
def test_rates_are_exact_events_per_second(text: str, per_second: Fraction) -> None:
    rate = parse_rate(text)
    assert rate.exact == per_second
    assert rate.per_second == float(per_second)


def test_a_rate_is_written_as_it_was() -> None:
    assert str(parse_rate(" 1.50 / min ")) == "1.5/min"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (2, "2 has no unit; write 2/s or 2/min"),
        ("2", "'2' is not a rate; write a number, a slash and a unit, such as 1.5/s or 20/min"),
        ("2/minute", "'minute' is not a unit of time; did you mean 2/min? (units: ns, us, ms, s, min, h)"),
        ("-2/s", "'-2/s' is negative; write a rate of zero or more, such as 0/s or 20/min"),
    ],
)
def test_a_wrong_rate_says_what_to_write(written: object, message: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse_rate(written)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("500", "'500' is not a whole number of shares; write one without quotes, such as 100"),
        (Decimal("2.6"), "2.6 is not a whole number of shares; write one, such as 3"),
        (0, "0 is not a number of shares; write one of 1 or more"),
        (True, "true is not a whole number of shares; write one without quotes, such as 100"),
        (10**19, "10000000000000000000 is too large; write a number up to 1000000000000000000"),
    ],
)
def test_a_wrong_number_of_shares_says_what_to_write(written: object, message: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse_shares(written)
    assert str(error.value) == message


def test_a_number_that_python_would_not_write_is_told_too() -> None:
    with pytest.raises(QuantityError, match=r"^1E\+5000 is out of range|^10{56}\.\.\. is out of range"):
        parse_shares(10**5000)


def test_a_price_that_must_be_something_is_not_zero() -> None:
    with pytest.raises(QuantityError, match="0 is nothing; write dollars above zero"):
        parse_positive_price(0)


def test_a_positive_number_is_above_zero() -> None:
    with pytest.raises(QuantityError, match="0 must be above zero"):
        parse_positive_number(0)


def test_a_rate_is_a_rate_already() -> None:
    assert parse_rate(parse_rate("1/s")) == parse_rate("1/s")


def test_a_whole_number_may_be_written_with_an_exponent() -> None:
    assert parse_shares(Decimal("1e3")) == 1000


def test_a_count_is_not_negative() -> None:
    with pytest.raises(QuantityError, match="-1 is negative; write a whole number of 0 or more"):
        parse_count(-1)


def test_a_number_is_finite() -> None:
    with pytest.raises(QuantityError, match="NaN is not a finite number"):
        parse_number(Decimal("NaN"))


def test_what_is_shown_in_a_message_reads_like_the_file_and_is_short() -> None:
    assert show({"kind": "normal", "mean": Decimal("2.0"), "on": True}) == "{kind: 'normal', mean: 2.0, on: true}"
    assert len(show("x" * 1000)) == 60
