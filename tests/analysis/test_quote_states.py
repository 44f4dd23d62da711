"""How well two sequences of best quotes agree."""

from __future__ import annotations

import gzip

import pytest

from analysis.quote_states import (
    Agreement,
    DifferentStories,
    agreement,
    distinct,
    published_states,
    recorded_states,
)


def states(word: str):
    """One state a letter."""
    return [(ord(letter), 1, ord(letter) + 1, 1) for letter in word]


def agree(ours: str, published: str) -> tuple[int, int]:
    return agreement(states(ours), states(published))


@pytest.mark.parametrize(
    ("ours", "published", "matching", "counted"),
    [
        ("abcd", "abcd", 4, 4),
        ("abd", "abcd", 3, 4),  # ours misses one
        ("abxcd", "abcd", 4, 4),  # ours has one too much
        ("abxd", "abcd", 3, 4),  # one is another
        ("xabcd", "abcd", 4, 4),
        ("ab", "abcd", 2, 2),  # the published file goes on
        ("aabbb", "aaab", 2, 2),  # repetitions do not count
        ("abcabd", "abd", 3, 3),
        ("", "abc", 0, 0),
        ("abc", "", 0, 0),
    ],
)
def test_published_states_are_matched_in_order(ours, published, matching, counted):
    assert agree(ours, published) == (matching, counted)


def test_the_same_states_in_another_order_do_not_match():
    assert agree("edcba", "abcde").matching == 1


def test_the_alignment_is_a_longest_common_subsequence():
    assert agree("abcabba.", "cbabac.") == (5, 7)  # Myers 1986, figure 1, with an end that both have


def test_sequences_without_likeness_are_refused():
    with pytest.raises(DifferentStories, match="more than 3 differences between 5 and 4 states"):
        agreement(states("abcde"), states("vwxy"), most_differences=3)


def test_the_share_of_nothing_is_nothing():
    assert Agreement(0, 0).share == 0
    assert Agreement(3, 4).share == 0.75


def test_a_state_may_come_back():
    assert distinct(states("aabba")) == states("aba")


def test_a_published_book_is_read_with_or_without_header_packed_or_not(tmp_path):
    rows = "5859400,200,5853300,18,5860000,1,5850000,1\n9999999999,0,5853300,18,9999999999,0,5850000,1\n"
    expected = [(585_3300, 18, 585_9400, 200), (585_3300, 18, 0, 0)]
    (tmp_path / "book.csv").write_text(rows)
    (tmp_path / "book.csv.gz").write_bytes(gzip.compress(("ask_px_1,ask_sz_1,bid_px_1,bid_sz_1\n" + rows).encode()))
    assert list(published_states(tmp_path / "book.csv")) == expected
    assert list(published_states(tmp_path / "book.csv.gz")) == expected


def test_states_come_from_the_columns_of_a_venues_quotes():
    quotes = {"at": [5, 6], "bid": [1, 1], "bid_qty": [9, 8], "ask": [2, 2], "ask_qty": [7, 7]}
    assert recorded_states(quotes) == [(1, 9, 2, 7), (1, 8, 2, 7)]
