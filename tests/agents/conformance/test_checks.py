"""The conformance suite for strategies: the built-in ones pass, and each check catches somebody."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from agents.conformance.checks import CHECKS, check_strategy, strategy_checks
from agents.orders import ChildOrder
from agents.strategies import REGISTRY
from agents.strategies.loading import load_strategy
from agents.strategy import Actions, StrategyError
from venues.messages import ExecType, TimeInForce

MS = 1_000_000

STYLED = {
    "sequential": ("price_time", {"order": "sequential", "child_timeout": 2 * MS, "fallback": ["IEX"]}),
    "synchronised sweep": ("smart", {"order": "synchronised", "latencies": {"NYSE": 100_000}, "sweep": "iso"}),
    "fill or kill": ("fee_aware", {"sweep": "fok", "odd_lots": "last_only"}),
    "posting": ("smart", {"liquidity": "both", "posting": {"wait": 3 * MS}}),
    "patient": ("price_time", {"liquidity": "post", "posting": {"at": "improve"}}),
}


@pytest.mark.parametrize("kind", REGISTRY)
@pytest.mark.parametrize("check", strategy_checks(), ids=str)
def test_the_built_in_strategies_pass(check, kind):
    check(REGISTRY[kind])


@pytest.mark.parametrize("style", STYLED)
def test_styles_pass(style):
    kind, parameters = STYLED[style]
    names = ["never_over_fills", "honours_time_in_force", "sees_no_future", "handles_rejects", "handles_silence"]
    check_strategy(load_strategy(kind, parameters), only=[*names, "handles_partial_fills", "handles_late_reports"])


# -- mutants ----------------------------------------------------------------------------------------------


def best(parent: Any, view: Any) -> Any:
    """The best displayed quote on the side that the parent takes, and its price and size; None: there is none."""
    shown = [(q, *q.opposite(parent.side)) for q in view.quotes() if q.opposite(parent.side)[1]]
    shown = [s for s in shown if parent.limit is None or (s[1] - parent.limit) * parent.side <= 0]
    return min(shown, key=lambda s: s[1] * parent.side, default=None)


def good(parent: Any, view: Any) -> Any:
    """Takes the best quote, round after round."""
    while view.leaves:
        found = best(parent, view)
        if found is None:
            yield Actions(wake=("at", view.now + MS))
            continue
        quote, price, size = found
        _, reports = yield [ChildOrder(quote.venue, min(size, view.leaves), price)]
        if not any(r.report.last_qty for r in reports):
            yield Actions(wake=("at", view.now + 3 * MS))


def over_sends(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        yield [ChildOrder(found[0].venue, parent.qty, found[1]), ChildOrder(found[0].venue, 1, found[1])]


def never_waits(parent: Any, view: Any) -> Any:
    while True:
        yield Actions(wake=("at", view.now + 1_000))


def ignores_the_limit(parent: Any, view: Any) -> Any:
    for quote in view.quotes():
        price, size = quote.opposite(parent.side)
        if size:
            yield [ChildOrder(quote.venue, min(size, view.leaves), price)]


def outlives_its_parent(parent: Any, view: Any) -> Any:
    try:
        yield from good(parent, view)
    finally:
        if view.leaves:
            yield [ChildOrder(view.lit[0], view.leaves, parent.limit or 100_0000)]


def looks_ahead(parent: Any, view: Any) -> Any:
    to_come = [at for at, _ in view.desk.market.script if at > view.now + 10 * MS]
    if len(to_come) > 10:
        yield from good(parent, view)


def hammers(parent: Any, view: Any) -> Any:
    while view.leaves:
        few = max(1, view.leaves // 3)
        _, reports = yield [ChildOrder("NYSE", few, parent.limit or 100_0000)] * (view.leaves // few)
        if not any(r.report.exec_type is ExecType.REJECTED for r in reports):
            yield Actions(wake=("at", view.now + 5 * MS))


def fails_in_a_halt(parent: Any, view: Any) -> Any:
    while view.leaves:
        quote = view.quote("NYSE")
        price, size = quote.opposite(parent.side)
        fair = price * 100 // size * size // 100
        yield Actions(wake=("at", view.now + MS), scores={"NYSE": fair})


def expects_an_answer(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        _, reports = yield Actions([ChildOrder(found[0].venue, 1, found[1])], wake=("at", view.now + 2 * MS))
        assert reports[0].venue == found[0].venue


def expects_all_or_nothing(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        quote, price, size = found
        qty = min(size, view.leaves)
        _, reports = yield [ChildOrder(quote.venue, qty, price)]
        assert sum(r.report.last_qty for r in reports) in (0, qty)


def cancels_what_it_thinks_is_late(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        yield Actions([ChildOrder(found[0].venue, 1, found[1])], wake=("at", view.now + MS))
        while view.live:
            yield Actions(cancel=list(view.live), wake=("at", view.now + 1_000))


def divides_by_what_is_shown(parent: Any, view: Any) -> Any:
    sizes = [q.opposite(parent.side)[1] for q in view.quotes()]
    yield Actions(scores={q.venue: 1_000_000 // size for q, size in zip(view.quotes(), sizes, strict=True)})


def believes_in_a_spread(parent: Any, view: Any) -> Any:
    bid, ask = view.nbbo() or (0, 100)
    yield Actions(scores={"NYSE": 1_000 // (ask - bid), "IEX": -int((ask - bid) ** 0.5)})


def deals_in_lots(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        yield [ChildOrder(found[0].venue, min(found[2], view.leaves) // 100 * 100, found[1])]


def needs_two_venues(parent: Any, view: Any) -> Any:
    first, second = view.lit[0], view.lit[1]
    yield Actions(scores={first: 0, second: 1})


def knows_three_venues(parent: Any, view: Any) -> Any:
    fees = dict.fromkeys(("NYSE", "NASDAQ", "IEX"), 3_000)
    yield Actions(scores={quote.venue: fees[quote.venue] for quote in view.quotes()})


def rolls_dice(parent: Any, view: Any) -> Any:
    found = best(parent, view)
    if found:
        yield [ChildOrder(found[0].venue, random.randint(1, min(view.leaves, found[2])), found[1])]


def writes_into_the_facts(parent: Any, view: Any) -> Any:
    view.facts.pop("CROSSFINDER", None)
    yield []


def keeps_its_own_books(parent: Any, view: Any) -> Any:
    view.cum_qty -= 100
    yield []


MUTANTS: dict[str, Callable[..., Any]] = {
    "never_over_fills": over_sends,
    "terminates": never_waits,
    "honours_the_limit": ignores_the_limit,
    "honours_time_in_force": outlives_its_parent,
    "sees_no_future": looks_ahead,
    "handles_rejects": hammers,
    "handles_halts": fails_in_a_halt,
    "handles_silence": expects_an_answer,
    "handles_partial_fills": expects_all_or_nothing,
    "handles_late_reports": cancels_what_it_thinks_is_late,
    "handles_empty_books": divides_by_what_is_shown,
    "handles_locked_and_crossed_books": believes_in_a_spread,
    "handles_odd_sizes": deals_in_lots,
    "handles_one_venue": needs_two_venues,
    "handles_many_venues": knows_three_venues,
    "is_deterministic": rolls_dice,
    "looks_at_the_view_alone": keeps_its_own_books,
    "changes_nothing_it_is_given": writes_into_the_facts,
}


def test_there_is_a_mutant_for_every_check():
    assert list(MUTANTS) == [check.name for check in CHECKS]


@pytest.mark.parametrize("name", MUTANTS)
def test_each_check_catches_its_mutant(name):
    with pytest.raises(StrategyError, match=f"^{name}: in a market that is "):
        strategy_checks(only=[name])[0](MUTANTS[name])


@pytest.mark.parametrize("check", strategy_checks(), ids=str)
def test_no_check_fails_a_plain_good_strategy(check):
    check(good)


def test_who_reaches_behind_the_view_is_told_what_a_view_has():
    with pytest.raises(StrategyError, match=r"it looked at view\.desk, .* may use what `View` has: dark, depth, "):
        check_strategy(looks_ahead, only=["looks_at_the_view_alone"])


def test_a_swallowed_error_does_not_hide_who_reached_behind_the_view():
    def swallows(parent, view):
        with suppress(AttributeError):
            view.desk.look()
        yield from good(parent, view)

    with pytest.raises(StrategyError, match=r"it looked at view\.desk"):
        check_strategy(swallows, only=["looks_at_the_view_alone"])


def test_who_asks_for_what_no_view_has_is_not_to_blame():
    def asks(parent, view):
        assert getattr(view, "weather", None) is None
        yield from good(parent, view)

    check_strategy(asks, only=["looks_at_the_view_alone"])


def test_the_order_of_venues_is_not_a_strategy_s_to_change():
    def turns_round(parent, view):
        view.lit.reverse()
        yield []

    with pytest.raises(StrategyError, match=r"it changed view\.lit; what a strategy is given is not its own"):
        check_strategy(turns_round, only=["changes_nothing_it_is_given"])


# -- how it is used ---------------------------------------------------------------------------------------


class Patient:
    """A class makes its strategy without arguments."""

    def __call__(self, parent, view):
        yield Actions(send=[ChildOrder(view.lit[0], 1, parent.limit or 99_0000, TimeInForce.DAY)])


def test_a_class_an_object_and_a_function_are_taken():
    for strategy in (Patient, Patient(), good):
        assert len(check_strategy(strategy).passed) == len(CHECKS)


def test_findings_tell_what_failed_and_where():
    findings = check_strategy(knows_three_venues, strict=False)
    assert [check.name for check, _ in findings.failed] == ["handles_many_venues"]
    assert str(findings).splitlines() == [
        "17 passed, 1 failed",
        "handles_many_venues: in a market that is large, BUY 700: KeyError: 'VENUE_00'",
    ]
    with pytest.raises(StrategyError, match="17 passed, 1 failed"):
        check_strategy(knows_three_venues)


def test_an_unknown_check_is_told():
    with pytest.raises(ValueError, match="no check 'terminate'; there are: never_over_fills, terminates, "):
        strategy_checks(only=["terminate"])


def test_a_breach_of_the_driver_s_rules_is_told_with_market_and_parent():
    with pytest.raises(StrategyError, match=r"in a market that is full, BUY 5000, limit 1000100: .* worse than the"):
        check_strategy(
            lambda parent, view: (yield [ChildOrder("NYSE", 1, (parent.limit or 100_0000) + 100 * parent.side)]),
            only=["never_over_fills"],
        )
