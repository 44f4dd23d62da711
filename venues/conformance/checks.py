"""The conformance suite: every rule of `docs/matching.md` as a check that runs on anybody's book.

With pytest::

    import pytest
    import sorsim as ss

    @pytest.mark.parametrize("check", ss.venue_checks(), ids=str)
    def test_my_book(check):
        check(MyBook)

``MyBook(tick, policies)`` is called for each check, with a tick in price units and the `Policies` that it is about. A
book without a feature raises ``NotImplementedError`` there, lacks the call, or answers NOT_SUPPORTED: the check then
raises `NotSupported`, which is no pass (pytest: skipped). ``check_venue(MyBook)`` runs them all without pytest.

To check the book of a venue, return that: ``lambda tick, policies: my_venue(tick, policies).book``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from venues.conformance.cases import (
    bands,
    discretionary,
    hidden,
    lessons,
    pegs,
    post_only,
    priority,
    refusals,
    remainders,
    replaces,
    self_trades,
    sessions,
    stops,
)
from venues.conformance.check import Check, Difference, MakeBook, Way
from venues.conformance.conversation import NotSupported

CASES = (
    *priority.CASES,
    *remainders.CASES,
    *replaces.CASES,
    *hidden.CASES,
    *pegs.CASES,
    *discretionary.CASES,
    *post_only.CASES,
    *self_trades.CASES,
    *stops.CASES,
    *sessions.CASES,
    *bands.CASES,
    *refusals.CASES,
    *lessons.CASES,
)
"""All cases in the order of their subjects."""


def venue_checks(*, only: Collection[int] | None = None, skip: Collection[str] = ()) -> list[Check]:
    """The checks: each case as written, mirrored unless it has one side only, and from snapshots.

    ``only``: cases of these numbers. ``skip``: without the cases that need one of these features (`Check.features`).

    >>> [str(check) for check in venue_checks(only=[47])][0]
    'case_47_a_refreshed_iceberg_goes_behind_the_queue-as_written'

    Raises:
        ValueError: no case has such a number, or needs such a feature.
    """
    _refuse_unknown("case", only or (), {case.number for case in CASES})
    _refuse_unknown("feature", skip, {"snapshots"}.union(*(case.features for case in CASES)))
    checks = [
        Check(case, way)
        for case in CASES
        for way in Way
        if (only is None or case.number in only) and (case.mirror or way is not Way.MIRRORED)
    ]
    return [check for check in checks if check.features.isdisjoint(skip)]


def _refuse_unknown(what: str, asked: Collection[object], known: Collection[object]) -> None:
    unknown = [name for name in asked if name not in known]
    if unknown:
        there = ", ".join(sorted({str(name) for name in known if name is not None}, key=lambda n: (len(n), n)))
        raise ValueError(f"no {what} {unknown[0]!r}; there are: {there}")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a book does and does not do; ``str(findings)`` tells it."""

    passed: list[Check] = field(default_factory=list)
    failed: list[tuple[Check, Difference]] = field(default_factory=list)
    not_supported: list[tuple[Check, NotSupported]] = field(default_factory=list)

    def __str__(self) -> str:
        lacks = "".join(f"\nnot supported: {lack}" for _, lack in self.not_supported)
        differences = "".join(f"\n{difference}" for _, difference in self.failed)
        counts = f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.not_supported)} not supported"
        return f"{counts}{lacks}{differences}"


def check_venue(
    make_book: MakeBook, *, only: Collection[int] | None = None, skip: Collection[str] = (), strict: bool = True
) -> Findings:
    """Run the suite on a book and say what it found.

    Args:
        make_book: (tick, policies) -> an empty book; a class that is built so is one.
        only: numbers of cases.
        skip: features that the book has not; their checks are reported as not supported.
        strict: raise when a check fails; otherwise the findings tell.

    Raises:
        Difference: the book breaks a rule; the message tells all of them.
        ValueError: no such case or feature.
    """
    findings = Findings()
    venue_checks(only=only, skip=skip)
    for check in venue_checks(only=only):
        try:
            if lacking := sorted(check.features.intersection(skip)):
                raise NotSupported(f"{check}: skipped for {', '.join(lacking)}")
            check(make_book)
        except NotSupported as lack:
            findings.not_supported.append((check, lack))
        except Difference as difference:
            findings.failed.append((check, difference))
        else:
            findings.passed.append(check)
    if findings.failed and strict:
        raise Difference(str(findings))
    return findings
