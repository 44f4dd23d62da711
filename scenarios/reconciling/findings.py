"""What a check of recorded data found: so many counted, so many matched, and why the others did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check of one file.

    Attributes:
        file: its name.
        check: what was held against what.
        unit: what was counted.
        counted, matched: how many there are, and how many agree.
        explained: differences that the file itself explains, by cause; they are no disagreement.
        causes: the other differences, by cause.
        note: further figures.
    """

    file: str
    check: str
    unit: str
    counted: int
    matched: int
    explained: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    @property
    def share(self) -> Fraction:
        """What agrees or is explained, of all that was counted; 0 when nothing was.

        >>> Finding(file="f", check="c", unit="rows", counted=4, matched=2, explained={"window": 1}).share
        Fraction(3, 4)
        """
        return Fraction(self.matched + sum(self.explained.values()), self.counted) if self.counted else Fraction(0)

    @property
    def differences(self) -> str:
        """Every cause with its number, the explained ones in brackets; then the note."""
        told = [f"{count:,} {cause}" for cause, count in self.causes.items() if count]
        told += [f"({count:,} {cause})" for cause, count in self.explained.items() if count]
        return "; ".join([*told, *filter(None, [self.note])])

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "file": self.file,
            "check": self.check,
            "unit": self.unit,
            "counted": self.counted,
            "matched": self.matched,
            "share": float(self.share),
            "explained": {cause: count for cause, count in self.explained.items() if count},
            "causes": {cause: count for cause, count in self.causes.items() if count},
            "note": self.note,
        }
