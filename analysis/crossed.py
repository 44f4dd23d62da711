"""How long the market was locked and crossed: the venues' own displayed books, side by side.

Rules
    Locked: the best bid of all lit venues equals the best ask of all; crossed: it is above it. A state lasts until the
    next change of a best price; what began before the warm-up's end counts from there on.
    Nobody need have seen it: a trader sees each venue's quote late, by another wire each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.best_quotes import NO_ASK, NO_BID, best_quotes
from analysis.tables import RunTables


@dataclass(frozen=True)
class CrossedTime:
    """Times in ns: how long the market was watched, locked, crossed; ``crossings``: how often it became crossed."""

    watched: int
    locked: int
    crossed: int
    crossings: int

    @property
    def crossed_share(self) -> float:
        """Share of the time that the market was crossed."""
        return self.crossed / self.watched if self.watched else float("nan")

    @property
    def locked_share(self) -> float:
        """Share of the time that it was locked."""
        return self.locked / self.watched if self.watched else float("nan")


def crossed_time(tables: RunTables) -> CrossedTime:
    """How long the market of a run was locked and crossed (computed once a run)."""
    return tables.once("crossed_time", _crossed_time)


def _crossed_time(tables: RunTables) -> CrossedTime:
    best = best_quotes(tables)
    begin, end = int(tables.market.get("warm_up") or 0), _closing(tables)
    if not len(best.at) or end <= begin:
        return CrossedTime(max(end - begin, 0), 0, 0, 0)
    lasts = np.clip(np.append(best.at[1:], end), begin, end) - np.clip(best.at, begin, end)
    two_sided = (best.bid != NO_BID) & (best.ask != NO_ASK)
    locked, crossed = two_sided & (best.bid == best.ask), two_sided & (best.bid > best.ask)
    standing = crossed & (lasts > 0)
    began = standing & ~np.insert(standing[:-1], 0, False)
    return CrossedTime(end - begin, int(lasts[locked].sum()), int(lasts[crossed].sum()), int(began.sum()))


def _closing(tables: RunTables) -> int:
    """When the market closed, ns: the end of the scenario's time, not of the last reports."""
    return int(tables.market.get("duration") or tables.end)
