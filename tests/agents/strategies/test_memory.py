"""What a router remembers of its own children while it works one parent."""

from __future__ import annotations

from agents.orders import ChildOrder
from agents.strategies.memory import Memory
from agents.strategy import ChildReport, VenueQuote
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side


def memory() -> Memory:
    return Memory(attempts=2, set_aside=5_000)


def quote_made(at: int) -> VenueQuote:
    return VenueQuote("NYSE", 99_9900, 300, 100_0000, 300, at=at, arrived_at=at + 100, seq=at)


def child(qty: int = 300) -> ChildOrder:
    return ChildOrder("NYSE", qty, 100_0000)


def report(exec_type: ExecType, last_qty: int = 0, at: int = 1_000) -> ChildReport:
    told = ExecutionReport(
        exec_type, OrdStatus.NEW, 1, 0, Side.BUY, 100_0000, 100_0000, last_qty, 0, 0, Liquidity.NONE, Reason.NONE, at
    )
    return ChildReport(1, "NYSE", told, at + 500)


def missed(at: int = 1_000) -> list[ChildReport]:
    return [report(ExecType.NEW, at=at), report(ExecType.CANCELED, at=at)]


def filled(qty: int, at: int = 1_000) -> list[ChildReport]:
    return [report(ExecType.NEW, at=at), report(ExecType.TRADE, qty, at=at)]


def test_a_quote_that_nobody_aimed_at_is_all_there():
    assert memory().still_there(quote_made(at=500), 300, now=2_000) == 300


def test_learning_tells_the_shares_that_were_filled():
    reports = [report(ExecType.NEW), report(ExecType.TRADE, 100), report(ExecType.TRADE, 50), report(ExecType.CANCELED)]
    assert memory().learn([child()], reports, now=2_000) == 150


def test_shares_we_took_are_not_taken_again_from_an_older_quote():
    known = memory()
    known.learn([child(100)], filled(100, at=1_000), now=2_000)
    assert known.still_there(quote_made(at=999), 300, now=2_000) == 200


def test_two_children_take_from_the_same_old_quote_one_after_the_other():
    known = memory()
    known.learn([child(100)], filled(100, at=1_000), now=2_000)
    known.learn([child(50)], filled(50, at=1_500), now=2_500)
    assert known.still_there(quote_made(at=999), 300, now=2_500) == 150
    assert known.still_there(quote_made(at=1_000), 300, now=2_500) == 250


def test_a_quote_older_than_a_miss_is_gone():
    known = memory()
    known.learn([child(300)], filled(100), now=2_000)
    assert known.still_there(quote_made(at=999), 500, now=2_000) == 0


def test_a_quote_made_by_or_after_our_child_counts_in_full():
    known = memory()
    known.learn([child()], missed(at=1_000), now=2_000)
    assert known.still_there(quote_made(at=1_000), 200, now=2_000) == 200


def test_an_old_quote_that_stays_is_believed_again_after_a_while():
    known = memory()
    known.learn([child()], missed(), now=2_000)
    assert known.still_there(quote_made(at=999), 300, now=6_999) == 0
    assert known.still_there(quote_made(at=999), 300, now=7_000) == 300


def test_a_venue_is_set_aside_after_so_many_misses_in_a_row():
    known = memory()
    known.learn([child()], missed(at=1_000), now=2_000)
    known.learn([child()], missed(at=2_500), now=3_000)
    assert known.still_there(quote_made(at=2_900), 300, now=7_999) == 0
    assert known.still_there(quote_made(at=2_900), 300, now=8_000) == 300


def test_a_fill_in_between_starts_the_count_anew():
    known = memory()
    for reports in (missed(), filled(10), missed()):
        known.learn([child()], reports, now=2_000)
    assert known.still_there(quote_made(at=1_900), 300, now=2_000) == 300


def test_after_being_set_aside_a_venue_has_all_its_attempts_again():
    known = memory()
    for at in (1_000, 2_000, 9_000):
        known.learn([child()], missed(at=at), now=at)
    assert known.still_there(quote_made(at=9_500), 300, now=9_500) == 300


def test_a_rejected_child_counts_as_a_miss():
    known = memory()
    known.learn([child()], [report(ExecType.REJECTED)], now=2_000)
    assert known.still_there(quote_made(at=999), 300, now=2_000) == 0


def test_a_venue_without_quotes_is_due_at_first_and_then_after_a_while():
    known = memory()
    assert known.due("NYSE", every=10_000, now=0)
    known.learn([child()], missed(), now=2_000)
    assert not known.due("NYSE", every=10_000, now=11_999)
    assert known.due("NYSE", every=10_000, now=12_000)


def test_a_venue_that_is_set_aside_is_not_due():
    known = memory()
    for _ in range(2):
        known.learn([child()], missed(), now=2_000)
    assert not known.due("NYSE", every=1, now=6_999)
    assert known.due("NYSE", every=1, now=7_000)
