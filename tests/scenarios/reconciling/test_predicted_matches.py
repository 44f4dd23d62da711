"""Match events, predicted by price-time priority; small recordings by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.reconciling.books import BOOKS
from scenarios.reconciling.findings import Finding
from scenarios.reconciling.predicted_matches import ICEBERG, OTHER_ORDER, SETTLING, check_matches

OFFERS = ("A A 101 5 1", "A A 101 5 2", "A B 99 5 3")


@pytest.fixture(params=BOOKS)
def check(request, tmp_path):
    def run(*records: str, at: tuple[int, ...] = ()) -> list[Finding]:
        """Records as `action side price size id [flags]`; an event each, a nanosecond apart, or at the times given."""
        path = Path(tmp_path) / "mbo.csv"
        now, lines = 1, ["ts_event,action,side,price_ticks,size,order_id,flags"]
        for number, record in enumerate(records):
            action, side, price, size, order_id, *flags = record.split()
            flag = int(flags[0]) if flags else 128
            lines.append(f"{at[number] if at else now},{action},{side},{price},{size},{order_id},{flag}")
            now += bool(flag & 128)
        path.write_text("\n".join(lines) + "\n")
        return check_matches(path, request.param)

    return run


def matched(findings: list[Finding]) -> tuple[int, int]:
    *_, match = findings
    assert match.unit == "match events"
    return match.matched, match.counted


def test_the_first_in_time_is_predicted(check):
    assert matched(check(*OFFERS, "T B 101 5 9 0", "F A 101 5 1 0", "C A 101 5 1")) == (1, 1)


def test_another_than_the_first_is_a_difference(check):
    found = check(*OFFERS, "T B 101 5 9 0", "F A 101 5 2 0", "C A 101 5 2")
    assert matched(found) == (0, 1)
    assert found[-1].causes == {OTHER_ORDER: 1}


def test_after_a_difference_the_book_is_the_feed_s_again(check):
    wrong = ("T B 101 5 9 0", "F A 101 5 2 0", "C A 101 5 2")
    assert matched(check(*OFFERS, *wrong, "T B 101 2 9 0", "F A 101 2 1 0", "M A 101 3 1")) == (1, 2)


def test_a_fill_beyond_what_was_displayed_is_an_iceberg_s(check):
    found = check(*OFFERS, "T B 101 8 9 0", "F A 101 8 1 0", "M A 101 5 1")
    assert found[-1].causes == {ICEBERG: 1}


def test_an_order_whose_next_peak_came_is_behind_the_others(check):
    peak = ("T B 101 5 9 0", "F A 101 5 1 0", "M A 101 5 1")
    assert matched(check(*OFFERS, *peak, "T B 101 5 9 0", "F A 101 5 2 0", "C A 101 5 2")) == (2, 2)


def test_a_smaller_size_keeps_its_place_and_a_larger_one_does_not(check):
    first = ("T B 101 1 9 0", "F A 101 1 1 0", "M A 101 1 1")
    second = ("T B 101 1 9 0", "F A 101 1 2 0", "M A 101 4 2")
    assert matched(check(*OFFERS, "M A 101 2 1", *first, "M A 101 9 1", *second)) == (2, 2)


def test_what_self_trade_prevention_took_out_is_passed_over(check):
    assert matched(check(*OFFERS, "T B 101 5 9 0", "F A 101 5 2 0", "C A 101 5 1 0", "C A 101 5 2")) == (1, 1)


def test_the_aggressor_s_own_fill_counts_for_nothing(check):
    assert matched(check(*OFFERS, "T B 101 5 9 0", "F B 101 5 9 0", "F A 101 5 1 0", "C A 101 5 1")) == (1, 1)


CALL = (*OFFERS, "A B 102 5 8", "C B 102 5 8")
"""A bid that crosses the offers, and goes."""


@pytest.mark.parametrize(("after", "counted"), [(SETTLING - 1, 0), (SETTLING, 1)])
def test_a_call_and_the_second_after_it_are_not_counted(check, after, counted):
    trade = ("T B 101 5 9 0", "F A 101 5 1 0", "C A 101 5 1")
    _, states, *match = check(*CALL, *trade, at=(1, 2, 3, 4, 5, *[5 + after] * 3))
    assert states.counted == counted
    assert [finding.counted for finding in match] == [counted] * counted


def test_a_book_that_crosses_later_is_counted_as_crossed(check):
    trade = ("T B 101 5 9 0", "F A 101 5 1 0", "C A 101 5 1")
    _, states, _ = check(*OFFERS, *trade, "A B 101 1 7")
    assert (states.counted, states.causes) == (5, {"locked or crossed": 1})


def test_a_cancel_of_an_unknown_order_is_counted(check):
    records, _ = check(*OFFERS, "C A 101 5 77")
    assert (records.counted, records.matched) == (4, 3)
