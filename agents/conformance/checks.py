"""The conformance suite for strategies: what every strategy promises, as checks that run on anybody's.

With pytest::

    import pytest
    import sorsim as ss

    @pytest.mark.parametrize("check", ss.strategy_checks(), ids=str)
    def test_my_router(check):
        check(MyRouter)

A check takes a strategy (an object that is called with ``(parent, view)``), a generator function, or a class that makes
one without arguments. ``ss.check_strategy(MyRouter)`` runs them all without pytest.

Each check drives the strategy through scripted markets (`agents.conformance.markets`) under the driver that a router
uses, so every rule of `agents.strategy` counts in all of them. Whatever the strategy raises is told as a
:class:`StrategyError` with the market and the parent.

Does not check
    That a strategy is any good: one that never sends passes.
    What it reads of the world outside, as far as two runs in a row do not differ by it: the hour, a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

from agents.conformance import markets as m
from agents.conformance.markets import FEW, ODD, ORDINARY, PARENTS, SHORT, MakeMarket
from agents.conformance.patience import SECONDS, OutOfPatience, patience
from agents.conformance.view_only import SHOWN, ViewOnly
from agents.orders import ParentOrder
from agents.strategy import Strategy, StrategyError, StrategyRun, View
from agents.strategy_trial import ScriptedMarket, at_most, drive

FUTURE_FROM = 10 * m.MS
"""Two markets that are the same until here must bring the same children until here."""

Judge = Callable[[Strategy, ParentOrder, MakeMarket], str]
"""What is wrong with a strategy's work on a parent in a market; "" when nothing is."""

AnyStrategy = Strategy | type[Any] | Callable[..., Any]


@dataclass(frozen=True)
class StrategyCheck:
    """One promise, the markets and parents that it is tried with, and how it is judged."""

    name: str
    promise: str
    markets: Mapping[str, MakeMarket]
    parents: Sequence[ParentOrder]
    judge: Judge

    def __str__(self) -> str:
        return self.name

    def __call__(self, strategy: AnyStrategy) -> None:
        """Try it.

        Raises:
            StrategyError: the promise is broken; the message names the check, the market and the parent.
        """
        made = _made(strategy)
        for market, make in self.markets.items():
            for parent in self.parents:
                try:
                    with patience(SECONDS):
                        wrong = self.judge(made, parent, make)
                except OutOfPatience:
                    wrong = f"it did not yield within {SECONDS:g} s; is there a loop without a `yield`?"
                except Exception as error:  # a strategy of the user's own may raise anything
                    said = str(error) if isinstance(error, StrategyError) else f"{type(error).__name__}: {error}"
                    raise StrategyError(f"{self.name}: {_where(market, parent)}: {said}") from error
                if wrong:
                    raise StrategyError(f"{self.name}: {_where(market, parent)}: {wrong}")


def _made(strategy: AnyStrategy) -> Strategy:
    return cast("Strategy", strategy() if isinstance(strategy, type) else strategy)


def _where(market: str, parent: ParentOrder) -> str:
    limit = "" if parent.limit is None else f", limit {parent.limit}"
    return f"in a market that is {market}, {parent.side.name} {parent.qty}{limit}"


# -- judges -----------------------------------------------------------------------------------------------


def _works(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    """It does its work to the end, as the driver's rules want it."""
    drive(strategy, parent, make())
    return ""


def _does_not_over_fill(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    trial = drive(strategy, parent, make())
    return f"{trial.filled} shares filled, {parent.qty} wanted" if trial.filled > parent.qty else ""


def _ends_in_time(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    market = make()
    trial = drive(strategy, parent, market)
    latest = parent.ends + 2 * market.round_trip
    if trial.ended_at <= latest:
        return ""
    return f"ended at {trial.ended_at} ns, more than two round trips after the parent's end at {parent.ends}"


def _keeps_to_the_limit(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    trial, side = drive(strategy, parent, make()), int(parent.side)
    if parent.limit is None:
        return ""
    bad = [c for c in trial.children if c.filled and (c.last_px - parent.limit) * side > 0]
    return f"filled at {bad[0].last_px}, beyond the limit" if bad else ""


def _sees_no_future(strategy: Strategy, parent: ParentOrder, _: MakeMarket) -> str:
    known, cut = (drive(strategy, parent, market) for market in (m.refilling(), m.cut_off_after(FUTURE_FROM)))
    before = [[c.order for c in trial.children if c.sent_at <= FUTURE_FROM] for trial in (known, cut)]
    if before[0] == before[1]:
        return ""
    return f"what happens after {FUTURE_FROM} ns changed what it sent before; a strategy may use what its view shows"


def _takes_no_for_an_answer(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    market = make()
    trial = drive(strategy, parent, market)
    for venue in sorted(market.refusing):
        sent = sum(child.order.venue == venue for child in trial.children)
        if sent > 1 + (parent.ends - parent.at) // market.round_trip:
            return f"{sent} children to {venue}, which refuses all: more than one a round trip; wait for the answer"
    return ""


def _does_the_same_again(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    first, second = (drive(strategy, parent, make()) for _ in range(2))
    if first == second:
        return ""
    return (
        "two runs differ; a strategy may use its view, the parent and nothing else (no clock, no randomness, no state "
        "kept between parents)"
    )


def _looks_at_the_view_alone(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    behind_glass = ViewOnly(strategy)
    wrong = ""
    try:
        drive(behind_glass, parent, make())
    except Exception as error:  # of its own, or because it did not get what it reached for
        wrong = f"{type(error).__name__}: {error}"
    found = f"it {behind_glass.found[0]}, which is the router's own" if behind_glass.found else ""
    return f"{found}; a strategy may use what `View` has: {', '.join(SHOWN)}" if found else wrong


def _changes_nothing(strategy: Strategy, parent: ParentOrder, make: MakeMarket) -> str:
    market = make()
    facts, experience = dict(market.facts), deepcopy(market.experience)
    views: list[View] = []

    def begin(parent: ParentOrder, view: View) -> StrategyRun:
        views.append(view)
        return strategy(parent, view)

    drive(begin, parent, market)
    for name, given in (("lit", market.quotes), ("dark", market.dark_qty)):
        if list(getattr(views[0], name)) != list(given):
            return f"it changed view.{name}; what a strategy is given is not its own"
    if dict(market.facts) != facts:
        return "it changed view.facts; what a strategy is given is not its own"
    return "it changed view.experience" if market.experience != experience else ""


# -- the checks -------------------------------------------------------------------------------------------


def _one_venue() -> ScriptedMarket:
    return ScriptedMarket({"NYSE": m.QUOTES["NYSE"]})


def _of(
    name: str,
    promise: str,
    markets: Mapping[str, MakeMarket],
    judge: Judge = _works,
    parents: Sequence[ParentOrder] = FEW,
) -> StrategyCheck:
    return StrategyCheck(name, promise, markets, parents, judge)


CHECKS = (
    _of("never_over_fills", "Never more shares sent or filled than the parent has.",
        {**ORDINARY, "filling in part": lambda: m.refilling(fills=at_most(70))}, _does_not_over_fill, PARENTS),
    _of("terminates", "The work ends by the parent's end, whatever the market does.",
        {**ORDINARY, "without offers": m.without_offers, "fading": lambda: m.refilling(fills=at_most(0))},
        _ends_in_time, (*PARENTS, *SHORT)),
    _of("honours_the_limit", "No child and no fill beyond the parent's limit.",
        {**ORDINARY, "running": m.running}, _keeps_to_the_limit, PARENTS),
    _of("honours_time_in_force", "When the parent's time is over nothing more is sent and nothing stays.",
        ORDINARY, _ends_in_time, SHORT),
    _of("sees_no_future", "What it sends depends on what its view has shown by then, and on nothing later.",
        {"refilling": m.refilling}, _sees_no_future, PARENTS),
    _of("handles_rejects", "A venue that refuses is no reason to fail, nor to ask again before it has answered.",
        {"refusing at NYSE": lambda: m.refilling(refusing=["NYSE"]),
         "refusing everywhere": lambda: m.refilling(refusing=[*m.QUOTES, *m.POOLS])}, _takes_no_for_an_answer, PARENTS),
    _of("handles_halts", "Venues may halt and resume.", {"halting": m.halting}, parents=PARENTS),
    _of("handles_silence", "A report may never come.",
        {"silent at NYSE": lambda: m.refilling(silent=["NYSE"]),
         "silent everywhere": lambda: m.refilling(silent=[*m.QUOTES, *m.POOLS])}, parents=PARENTS),
    _of("handles_partial_fills", "A child may get a few of its shares, or one.",
        {"filling 70 shares a child": lambda: m.refilling(fills=at_most(70)),
         "filling a share a child": lambda: m.refilling(fills=at_most(1))}, _does_not_over_fill),
    _of("handles_late_reports", "Reports of one venue may come long after those of the others, or after the end.",
        {"late at NYSE": lambda: m.refilling(late={"NYSE": 30 * m.MS}),
         "late everywhere": lambda: m.refilling(late=dict.fromkeys((*m.QUOTES, *m.POOLS), 150 * m.MS))},
        _does_not_over_fill),
    _of("handles_empty_books", "Nothing may be quoted, on one side or on both.",
        {"empty": m.empty, "without offers": m.without_offers}, parents=PARENTS),
    _of("handles_locked_and_crossed_books", "Bids may be at or above offers elsewhere.",
        {"crossed": m.crossed, "locked": m.locked}, _keeps_to_the_limit, PARENTS),
    _of("handles_odd_sizes", "Sizes need not be round lots, prices not whole cents.",
        {"odd": m.odd_sizes}, _does_not_over_fill, ODD),
    _of("handles_one_venue", "There may be one lit venue and no pool.",
        {"one venue only": _one_venue}, parents=PARENTS),
    _of("handles_many_venues", "There may be twelve lit venues and two pools.",
        {"large": lambda: m.refilling(m.MANY)}, _does_not_over_fill),
    _of("is_deterministic", "The same parent in the same market brings the same children.",
        {**ORDINARY, "running": m.running}, _does_the_same_again, PARENTS),
    _of("looks_at_the_view_alone", "What is behind the view, the router and the market, is not a strategy's to use.",
        ORDINARY, _looks_at_the_view_alone),
    _of("changes_nothing_it_is_given", "What it is given is the router's own.", ORDINARY, _changes_nothing),
)  # fmt: skip
"""All checks."""


def strategy_checks(*, only: Collection[str] = ()) -> list[StrategyCheck]:
    """The checks, or those of these names.

    Raises:
        ValueError: no check has such a name.

    >>> [str(check) for check in strategy_checks(only=["terminates"])]
    ['terminates']
    """
    unknown = [name for name in only if name not in [check.name for check in CHECKS]]
    if unknown:
        raise ValueError(f"no check {unknown[0]!r}; there are: {', '.join(map(str, CHECKS))}")
    return [check for check in CHECKS if not only or check.name in only]


@dataclass(frozen=True, slots=True)
class Findings:
    """Which promises a strategy keeps; ``str(findings)`` tells it."""

    passed: list[StrategyCheck] = field(default_factory=list)
    failed: list[tuple[StrategyCheck, StrategyError]] = field(default_factory=list)

    def __str__(self) -> str:
        told = "".join(f"\n{error}" for _, error in self.failed)
        return f"{len(self.passed)} passed, {len(self.failed)} failed{told}"


def check_strategy(strategy: AnyStrategy, *, only: Collection[str] = (), strict: bool = True) -> Findings:
    """Run the suite on a strategy and say what it found.

    Args:
        strategy: as :class:`StrategyCheck` takes it.
        only: names of checks.
        strict: raise when a check fails; otherwise the findings tell.

    Raises:
        StrategyError: a promise is broken; the message tells all of them.
        ValueError: no such check.
    """
    findings = Findings()
    for check in strategy_checks(only=only):
        try:
            check(strategy)
        except StrategyError as error:
            findings.failed.append((check, error))
        else:
            findings.passed.append(check)
    if findings.failed and strict:
        raise StrategyError(str(findings))
    return findings
