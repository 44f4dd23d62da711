"""The conformance suite: our books pass it, wrong books do not, and what it says of them can be acted on."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

import sorsim as ss
from sim.environment import Environment
from sim.log import EventLog
from venues.book import Book
from venues.conformance.case import case
from venues.conformance.check import Check, Difference, Way
from venues.conformance.checks import CASES, check_venue, venue_checks
from venues.conformance.conversation import Conversation, NotSupported
from venues.conformance.frame import Frame
from venues.conformance.ledger import Contradiction, Ledger
from venues.conformance.notation import Names, read
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.messages import ExecType, ExecutionReport, Peg, Reason, Terms
from venues.obvious_book import ObviousBook
from venues.policies import PLAIN, IcebergRefresh, Policies

RULES = (
    *(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32),
    *(34, 35, 36, 37, 38, 39, 41, 42, 43, 44, 46, 47, 48, 49, 50, 52, 53, 54, 55, 57, 58, 59, 61, 62, 64, 65, 66),
    *(67, 68, 70, 71, 72, 73, 75, 76, 77, 78, 79, 80, 81, 82, 84, 86, 87, 89, 90, 92, 93, 94, 95, 98, 99, 100),
    *(102, 103, 105),
    *range(118, 128),
)
"""The numbers of our collection of matching rules that are sequences of commands; 12 (mirrored), 105 (the hash after a
refusal) and 112 (from snapshots) are ways to run all of them."""

NAMED_VALUES = [
    (field.name, value)
    for field in fields(Policies)
    if isinstance(default := getattr(PLAIN, field.name), StrEnum)
    for value in type(default)
]
BOOKS = [Book, ObviousBook]


def check_of(script: str, way: Way = Way.AS_WRITTEN, **policies: Any) -> Check:
    return Check(case("1 a rule", script, **policies), way)


def quick_checks() -> list[Check]:
    """Each case once, without those of thousands of orders."""
    return [check for check in venue_checks() if check.way is Way.AS_WRITTEN and len(check.case.lines) < 1_000]


def conversation(policies: Policies = PLAIN) -> Conversation:
    return Conversation(ObviousBook(100, policies), Frame(), policies)


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("check", venue_checks(), ids=str)
def test_our_book(check: Check, book: type):
    check(book)


def test_our_books_tell_the_same_to_the_last_field():
    for check in quick_checks():
        assert check.reports(Book) == check.reports(ObviousBook), str(check)


# -- what the suite covers -------------------------------------------------------------------------


def test_every_numbered_rule_has_a_case():
    assert set(RULES) <= {case.number for case in CASES}


def test_a_case_reads_like_the_rule_that_it_is():
    rule = case("48 after the sweep", "S i 30@101 d=10\nB x 10@101 -> i10@101, i refreshes", mirror=0)
    assert str(rule) == "after the sweep\n    S i 30@101 d=10\n    B x 10@101 -> i10@101, i refreshes"


def test_no_two_cases_have_one_name():
    names = [case.name for case in CASES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("policy", "value"), NAMED_VALUES)
def test_every_value_of_every_policy_is_what_a_case_is_about(policy: str, value: StrEnum):
    assert any((policy, value) in case.named for case in CASES)


@pytest.mark.parametrize(("policy", "value"), NAMED_VALUES)
def test_a_book_that_knows_one_value_of_a_policy_alone_is_found_out(policy: str, value: StrEnum):
    def one_way(tick: int, policies: Policies) -> ObviousBook:
        return ObviousBook(tick, replace(policies, **{policy: value}))

    about_it = [check for check in venue_checks() if policy in dict(check.case.named)]
    assert any(breaks(check, one_way) for check in about_it)


@pytest.mark.parametrize("policy", ["lot", "ticks", "reference_px", "collar", "band", "batch_interval"])
def test_a_book_that_does_not_look_at_a_policy_is_found_out(policy: str):
    def blind(tick: int, policies: Policies) -> ObviousBook:
        return ObviousBook(tick, replace(policies, **{policy: getattr(PLAIN, policy)}))

    about_it = [check for check in venue_checks() if policy in dict(check.case.named)]
    assert any(breaks(check, blind) for check in about_it)


def breaks(check: Check, make_book: Any) -> bool:
    try:
        check(make_book)
    except Difference:
        return True
    return False


# -- wrong books -----------------------------------------------------------------------------------


class Answering(ObviousBook):
    """A book that gets its reports wrong on the way out."""

    def handle(self, message: object, now: int) -> list[ExecutionReport]:
        return self.spoil(super().handle(message, now))

    def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
        return reports


class TakersPrice(Answering):
    def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
        prices = [report.price for report in reports if report.exec_type is ExecType.NEW]
        return [report._replace(last_px=prices[0]) if report.last_qty else report for report in reports]


class MakersKeptInTheDark(Answering):
    def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
        return [report for report in reports if report.exec_type is not ExecType.TRADE or report.liquidity == 2]


class Miscounting(Answering):
    def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
        return [report._replace(leaves_qty=report.leaves_qty + bool(report.last_qty)) for report in reports]


class CountsRefusals(Answering):
    messages = 0

    def handle(self, message: object, now: int) -> list[ExecutionReport]:
        self.messages += 1
        return super().handle(message, now)

    def state_hash(self) -> str:
        return f"{super().state_hash()} after {self.messages} messages"


class Forgetful(ObviousBook):
    """A snapshot without the clock of the session."""

    @classmethod
    def restore(cls, snapshot: dict[str, Any]) -> ObviousBook:
        return cls()


def test_a_difference_shows_the_commands_what_was_expected_and_what_came():
    with pytest.raises(Difference) as failure:
        venue_checks(only=[3])[0](TakersPrice)
    assert str(failure.value) == (
        "case_03_a_trade_is_at_the_maker_s_price-as_written: a trade is at the maker's price\n"
        "    S a 5@103\n"
        "    B x 5@105\n"
        "  expected  a5@103\n"
        "  came      a5@105"
    )


def test_a_difference_names_the_policies_and_the_mirror():
    check = check_of("S i 30@101 d=10\nB x 10@101 -> i10@101", Way.MIRRORED, iceberg_refresh=IcebergRefresh.AT_ONCE)
    with pytest.raises(Difference) as failure:
        check(ObviousBook)
    assert str(failure.value).splitlines()[1:3] == [
        "  policy iceberg_refresh = at_once",
        "  mirrored: buys are sent as sells, a price p as 300 - p; answers are turned back",
    ]


class Repricing(Answering):
    def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
        return [report._replace(price=102_00) if report.last_qty else report for report in reports]


@pytest.mark.parametrize(
    ("book", "found"),
    [
        (Repricing, "its price was told as 10100"),
        (MakersKeptInTheDark, "each trade is told to both sides"),
        (Miscounting, "leaves_qty was 5"),
    ],
)
def test_reports_that_do_not_add_up_are_a_difference(book: type, found: str):
    with pytest.raises(Difference, match=found):
        check_of("S a 5@101\nB x 5@101 -> a5@101")(book)


def test_a_refusal_that_changes_the_state_hash_is_a_difference():
    with pytest.raises(Difference, match="a refused command leaves the state hash as it was"):
        check_of("S a 0@101 -> a refused (bad qty)")(CountsRefusals)


def test_a_snapshot_that_forgets_is_a_difference():
    with pytest.raises(Difference, match="expected  a5@101"):
        check_of("S a 5@101\nB x 5@101 -> a5@101", Way.FROM_SNAPSHOTS)(Forgetful)


def test_a_command_without_an_answer_must_have_no_consequence():
    with pytest.raises(Difference, match="expected  it is taken, and nothing else happens\n  came      a5@101"):
        check_of("S a 5@101\nB x 5@101")(ObviousBook)


def test_a_book_that_raises_has_given_a_wrong_answer():
    class Raising(ObviousBook):
        def handle(self, message: object, now: int) -> list[ExecutionReport]:
            raise KeyError("level 101")

    with pytest.raises(Difference, match="came      KeyError: 'level 101'"):
        check_of("S a 5@101")(Raising)


def test_a_long_case_is_told_from_its_end():
    with pytest.raises(Difference) as failure:
        check_of("\n".join(f"S m{n} 1@101" for n in range(100)) + "\nbest -> 1 2")(ObviousBook)
    assert str(failure.value).splitlines()[1:3] == ["    (80 commands before these)", "    S m80 1@101"]


# -- books that can less ---------------------------------------------------------------------------


def without_policies(tick: int, policies: Policies) -> ObviousBook:
    if policies != PLAIN:
        raise NotImplementedError("this book has no policies")
    return ObviousBook(tick)


class WithoutIcebergs(Answering):
    def handle(self, message: Any, now: int) -> list[ExecutionReport]:
        reports = super().handle(message, now)
        if getattr(message, "terms", None) is None:
            return reports
        return [reports[0]._replace(exec_type=ExecType.REJECTED, reason=Reason.NOT_SUPPORTED)]


def test_a_policy_that_a_book_does_not_have_is_no_pass():
    findings = check_venue(without_policies, only=[49, 50])
    assert (len(findings.passed), len(findings.not_supported)) == (9, 0)
    findings = check_venue(without_policies, only=[48])
    assert (len(findings.passed), len(findings.not_supported)) == (0, 9)


def test_an_order_that_a_book_does_not_take_is_no_pass():
    with pytest.raises(NotSupported, match=r"S i 30@101 d=10: the venue answers NOT_SUPPORTED"):
        venue_checks(only=[47])[0](WithoutIcebergs)


def test_a_call_that_a_book_does_not_have_is_no_pass():
    class OnlyHandles:
        def __init__(self, tick: int, policies: Policies) -> None:
            self.handle = ObviousBook(tick, policies).handle

    with pytest.raises(NotSupported, match=r"advance 5: the book has no advance\(\)"):
        check_of("advance 5")(OnlyHandles)


def test_a_book_that_only_handles_messages_passes_what_needs_no_more():
    class OnlyHandles:
        def __init__(self, tick: int, policies: Policies) -> None:
            self.handle = ObviousBook(tick, policies).handle

    findings = check_venue(OnlyHandles, only=[3])
    assert (len(findings.passed), len(findings.not_supported)) == (2, 1)


def test_a_message_without_an_answer_is_a_difference():
    class Silent(Answering):
        def spoil(self, reports: list[ExecutionReport]) -> list[ExecutionReport]:
            return []

    with pytest.raises(Difference, match="came      no report: every message is answered"):
        check_of("S a 5@101")(Silent)


def test_what_is_not_supported_is_skipped_by_pytest():
    with pytest.raises(NotSupported) as lack:
        check_of("S a 5@101")(lambda tick, policies: None)
    assert lack.type.__mro__[1].__name__ == "SkipTest"


def test_features_can_be_left_out():
    checks = venue_checks(skip=["pegs", "snapshots"])
    assert set(Way) - {check.way for check in checks} == {Way.FROM_SNAPSHOTS}
    assert not any(" mid" in str(line) for check in checks for line in check.case.lines)


def test_what_is_left_out_is_told_as_not_supported():
    findings = check_venue(ObviousBook, only=[65], skip=["pegs"])
    assert str(findings).splitlines()[:2] == [
        "0 passed, 0 failed, 3 not supported",
        "not supported: case_65_a_midpoint_order_trades_half_a_tick_between_and_before_the_touch-as_written: "
        "skipped for pegs",
    ]


def test_an_unknown_feature_or_number_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^no feature 'icebergz'; there are: FOK, GTD, IOC, "):
        venue_checks(skip=["icebergz"])
    with pytest.raises(ValueError, match=r"^no case 1000; there are: 1, 2, 3, "):
        venue_checks(only=[1000])


# -- a whole suite at once -------------------------------------------------------------------------


def test_a_venue_is_checked_in_one_call():
    findings = ss.check_venue(ObviousBook, only=[1, 2])
    assert str(findings) == "6 passed, 0 failed, 0 not supported"


def test_one_call_raises_and_tells_every_difference():
    with pytest.raises(Difference, match=r"^0 passed, 3 failed, 0 not supported\ncase_03_.*\n(.*\n)*.*came  "):
        ss.check_venue(TakersPrice, only=[3])
    assert len(ss.check_venue(TakersPrice, only=[3], strict=False).failed) == 3


def test_the_book_of_a_lit_venue_is_checked_like_any_other():
    def book_of_a_venue(tick: int, policies: Policies) -> object:
        book: Any = ObviousBook(tick, policies)
        return LitVenue(Environment(), 0, "LIT", FeeSchedule(0, 0), 1, EventLog(), tick=tick, book=book).book

    assert ss.check_venue(book_of_a_venue, only=[1, 2, 3, 19, 47]).passed


def test_the_example_of_the_readme_checks_a_book_and_shows_what_a_difference_looks_like():
    readme = (Path(ss.__file__).parent / "README.md").read_text(encoding="utf-8")
    example, message = re.search(r"```python test_my_book.py\n(.*?)```\n\n```\n(.*?)\n```", readme, re.DOTALL).groups()
    names: dict[str, Any] = {}
    exec(example, names)
    checks = names["test_my_book"].pytestmark[0].args[1]
    names["test_my_book"](checks[0])
    with pytest.raises(Difference) as failure:
        next(check for check in checks if check.case.number == 48)(lambda tick, policies: ObviousBook(tick))
    assert str(failure.value) == message


REPORTS_DIGEST = """
import hashlib
from venues.conformance.checks import Way, venue_checks
from venues.{module} import {book}
digest = hashlib.sha256()
for check in venue_checks():
    if check.way is Way.AS_WRITTEN and len(check.case.lines) < 1000:
        for report in check.reports({book}):
            digest.update(repr([None if field is None else int(field) for field in report]).encode())
print(digest.hexdigest())
"""


@pytest.mark.parametrize("book", BOOKS)
def test_116_no_hash_seed_changes_a_report(book: type):
    code = REPORTS_DIGEST.format(module=book.__module__.rpartition(".")[2], book=book.__name__)
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(ss.__file__).parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("book", BOOKS)
def test_the_state_hash_is_the_one_that_the_contract_defines(book: type):
    said = Conversation(book(100, PLAIN), Frame(), PLAIN)
    for command in ("S a 5@101 [Y]", "B x 2@101", "B b 9@100 d=4", "S t 3@98 stop=99", "B h 6@100 hid"):
        said(command)
    rows = [
        (3, 88, 1, 100_00, 9, 0, 4, 0),
        (5, 88, 1, 100_00, 6, 0, 0, 0),
        (1, 89, -1, 101_00, 3, 2, 3, 0),
        (4, 88, -1, 98_00, 3, 0, 0, 99_00),
    ]
    assert said.state_hash() == hashlib.sha256(repr([0, 101_00, 0, 0, rows]).encode()).hexdigest()


# -- the notation ----------------------------------------------------------------------------------


def test_the_notation_says_every_term_of_an_order():
    order = read(
        "S a 5@101 d=2 min=3 post mid-0.5 stop=99 trail=10 step=5 until=7 budget=604 GTD [Y]", Names(), Frame()
    )
    assert order.terms == Terms(2, 3, True, Peg.MIDPOINT, -50, 99_00, 10_00, 5_00, 7, 604_00)


def test_the_mirror_turns_sides_and_prices_and_leaves_distances():
    order = read("S a 5@101 mid-0.5 stop=99 trail=10", Names(), Frame(mirror=300))
    assert (order.side, order.price) == (ss.Side.BUY, 199_00)
    assert (order.terms.stop_px, order.terms.trail, order.terms.peg_offset) == (201_00, 10_00, -50)


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("C a 5@101", "'C a 5@101': a command begins with one of B, S, replace, cancel, reduce, nonsense"),
        ("B a 5", "'B a 5': give a price (5@101), MKT or a peg"),
        ("B a 5@101 hidden", "'hidden' is no option of an order"),
        ("B a 5@101.001", "101.001 ticks are no whole number of price units"),
    ],
)
def test_what_is_no_notation_is_refused_by_name(command: str, wrong: str):
    with pytest.raises(ValueError, match="^" + wrong.replace("(", r"\(").replace(")", r"\)")):
        read(command, Names(), Frame())


def test_a_ledger_refuses_a_report_of_an_order_that_is_not_live():
    talk = conversation()
    talk("S a 5@101")
    talk("cancel a")
    with pytest.raises(Contradiction, match="a report of an order that is not live"):
        Ledger().enter(talk.log[1:])
