"""`sorsim reconcile`: recorded market data of one's own against what is published with it and against our books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson
from api.terminal import FAILED, guarded, print_json, print_table, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from scenarios.reconciling.findings import Finding

HEADINGS = ["file", "what was checked", "unit", "counted", "matched", "explained", "share", "differences and figures"]


@guarded
def reconcile(
    dataset: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET",
            help="A folder or file of yours: LOBSTER, market-by-order, order entries, benchmark streams.",
        ),
    ],
    at_least: Annotated[
        str | None,
        typer.Option("--at-least", metavar="SHARE", help="Exit 1 when a check's share is below this, as 99.8%."),
    ] = None,
    book: Annotated[
        str, typer.Option(help="fast or obvious: the book for benchmark streams and predicted matches.")
    ] = "fast",
    as_json: AsJson = False,
) -> None:
    """Check recorded data of your own: what agrees, what does not, and why."""
    least = None if at_least is None else share_of(at_least)
    from scenarios.reconcile import reconcile as check_all
    from scenarios.reconciling.books import BOOKS

    if book not in BOOKS:
        raise Mistake(f"--book {book}: is no book; write {' or '.join(BOOKS)}")
    with progress(f"reconcile {dataset}") as bar:
        found = check_all(dataset, book, bar)
    below = [] if least is None else [finding for finding in found if finding.share < least]
    if as_json:
        print_json({"dataset": str(dataset), "findings": [f.as_json() for f in found], "below": len(below)})
    else:
        _print(found)
        if least is not None:
            say(f"{len(below)} of {len(found)} checks below {at_least}")
    if below:
        raise typer.Exit(FAILED)


def _print(found: Sequence[Finding]) -> None:
    rows = [
        [
            *(finding.file, finding.check, finding.unit, f"{finding.counted:,}", f"{finding.matched:,}"),
            *(f"{sum(finding.explained.values()):,}", percent(finding), finding.differences),
        ]
        for finding in found
    ]
    print_table("", HEADINGS, rows, text_columns=3)


def percent(finding: Finding) -> str:
    """The share with two decimals, cut off and not rounded: 100.00 % is all of them; nothing counted is a dash."""
    if not finding.counted:
        return "-"
    hundredths = int(finding.share * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def share_of(text: str) -> Fraction:
    """A share written as a percentage or as a number from 0 to 1, exactly.

    >>> share_of("99.8%"), share_of("0.998")
    (Fraction(499, 500), Fraction(499, 500))
    """
    from fractions import Fraction

    number, is_percent = text.strip().removesuffix("%"), text.strip().endswith("%")
    try:
        share = Fraction(number) / (100 if is_percent else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise Mistake(f"--at-least {text}: is no share; write one such as 99.8% or 0.998")
    return share
