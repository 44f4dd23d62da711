"""A case: a rule in a sentence, commands, and what must come of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, Final

from venues.policies import PLAIN, Policies

MIRROR: Final = 300
"""Ticks: the sum of a price and its image where a case names no other."""

_TITLE = re.compile(r"(?:(\d+)\w? )?(.+)")
_FEATURES: Final = (
    ("hidden", r"\bhid\b"),
    ("icebergs", r"\bd=\d"),
    ("minimum quantity", r"\bmin="),
    ("post-only", r" post\b"),
    ("pegs", r" (mid|primary|market|dpeg)\b"),
    ("discretionary pegs", r" dpeg\b"),
    ("stops", r"\b(stop|trail)="),
    ("trailing stops", r"\btrail="),
    ("budgets", r"\bbudget="),
    ("market orders", r"\bMKT\b"),
    ("IOC", r"\bIOC\b"),
    ("FOK", r"\bFOK\b"),
    ("GTD", r"\bGTD\b"),
    ("OPG", r"\bOPG\b"),
    ("CLOSE", r"\bCLOSE\b"),
    ("replace", r"^replace\b"),
    ("reduce", r"^reduce\b"),
    ("sessions", r"^state\b"),
    ("national reference", r"^reference\b"),
    ("crumbling quote", r"^crumbling\b"),
)
"""What a venue may lack, and the commands by which a case asks for it; a policy's name is a feature as well."""


@dataclass(frozen=True, slots=True)
class Line:
    """A command and its answer; ``expected`` None: it is taken, and nothing else happens."""

    command: str
    expected: str | None

    def __str__(self) -> str:
        return self.command if self.expected is None else f"{self.command} -> {self.expected}"


@dataclass(frozen=True, slots=True)
class Case:
    """One rule.

    ``number`` is the rule's in our collection of matching rules, None for a mistake that other engines have shipped.
    ``named`` holds the policies that the case names. ``mirror``: ticks; 0 for a rule that has one side only.
    ``features``: what a venue must have for the case to mean anything to it.
    """

    number: int | None
    sentence: str
    lines: tuple[Line, ...]
    policies: Policies
    named: tuple[tuple[str, Any], ...]
    mirror: int
    features: frozenset[str]

    def __str__(self) -> str:
        """The sentence, the policies and the script."""
        named = "".join(f"\n  policy {name} = {value}" for name, value in self.named)
        return f"{self.sentence}{named}" + "".join(f"\n    {line}" for line in self.lines)

    @property
    def name(self) -> str:
        """An identifier: ``case_47_a_refreshed_iceberg_goes_behind``."""
        prefix = "lesson" if self.number is None else f"case_{self.number:02d}"
        return f"{prefix}_{re.sub('[^a-z0-9]+', '_', self.sentence.lower()).strip('_')}"


def case(title: str, script: str, *, mirror: int = MIRROR, **policies: Any) -> Case:
    r"""A case from its title (number, sentence), its script and the policies it is about.

    A script has a command a line; ``->`` introduces the whole answer. ``#`` begins a remark.

    >>> shown = case("1 a trade is at the maker's price", "S a 5@101\nB x 5@102 -> a5@101")
    >>> shown.name, [str(line) for line in shown.lines]
    ('case_01_a_trade_is_at_the_maker_s_price', ['S a 5@101', 'B x 5@102 -> a5@101'])
    """
    found = _TITLE.fullmatch(title)
    assert found, title
    number, sentence = found.groups()
    lines = tuple(_line(text) for raw in script.splitlines() if (text := raw.partition("#")[0].strip()))
    answers = Policies(**policies)
    return Case(
        number=int(number) if number else None,
        sentence=sentence,
        lines=lines,
        policies=answers,
        named=tuple(sorted(policies.items())),
        mirror=mirror,
        features=_features("\n".join(line.command for line in lines), answers),
    )


def _features(commands: str, policies: Policies) -> frozenset[str]:
    asked = {name for name, sign in _FEATURES if re.search(sign, commands, re.MULTILINE)}
    special = {field.name for field in fields(Policies) if getattr(policies, field.name) != getattr(PLAIN, field.name)}
    return frozenset(asked | special)


def _line(text: str) -> Line:
    command, arrow, expected = text.partition("->")
    return Line(" ".join(command.split()), expected.strip() if arrow else None)
