"""What a router remembers while it works one parent: which quotes it has used up, which venues give nothing.

Rules
    A quote that a venue made before it handled one of our children shows shares that the child has already met. What
    the child took is no longer there; and when it took less than it aimed at, nothing is: an immediate order that
    is not filled has emptied its price. So a slow feed does not lead the router to the same shares twice. This is
    forgotten when the venue's next quote shows, or after ``set_aside`` (a hidden refill leaves the quote as it was).
    A child that pre-trade risk refused for its size has met nothing: later ones are cut (`agents.strategies.size_cap`).
    What it refused for anything else counts as a child that got nothing.
    A venue that gave nothing to ``attempts`` children in a row is set aside for ``set_aside``, then it starts afresh.

Cost
    Proportional to the reports read; a look-up per venue and decision.

Does not model
    Anything across parents: what is measured over many parents is the view's ``experience``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.orders import ChildOrder
from agents.strategies.size_cap import SizeCap
from agents.strategy import ChildReport, VenueQuote
from venues.messages import ExecType


class _Met(NamedTuple):
    """A child of ours at a venue: when the venue handled it, what it took, and whether it emptied its price."""

    at: int
    took: int
    emptied: bool
    heard_at: int


class Memory:
    """What one run of a strategy remembers; times in ns, sizes in shares."""

    def __init__(self, attempts: int, set_aside: int) -> None:
        self._attempts = attempts
        self._set_aside = set_aside
        self._met: dict[str, list[_Met]] = {}
        self._misses: dict[str, int] = {}
        self._aside_until: dict[str, int] = {}
        self._asked_at: dict[str, int] = {}
        self.busy: Mapping[str, ChildOrder] = {}
        """Venues that have a child which has not ended: nothing more is sent there."""
        self.cap = SizeCap()
        """What pre-trade risk has told of the size of children."""

    def learn(self, sent: Sequence[ChildOrder], reports: Sequence[ChildReport], now: int) -> int:
        """Take in the reports on children that are all done, at most one per venue; the shares they filled."""
        too_large = self.cap.hear(reports)
        took: dict[str, int] = {}
        handled_at: dict[str, int] = {}
        for _, venue, report, _ in reports:
            handled_at[venue] = report.at
            if report.exec_type is ExecType.TRADE:
                took[venue] = took.get(venue, 0) + report.last_qty
        for child in sent:
            if child.venue in too_large:
                continue
            self._remember(child, took.get(child.venue, 0), handled_at.get(child.venue, now), now)
        return sum(took.values())

    def _remember(self, child: ChildOrder, took: int, at: int, now: int) -> None:
        venue = child.venue
        self._asked_at[venue] = now
        self._met.setdefault(venue, []).append(_Met(at, took, took < child.qty, now))
        misses = 0 if took else self._misses.get(venue, 0) + 1
        if misses >= self._attempts:
            self._aside_until[venue] = now + self._set_aside
            misses = 0
        self._misses[venue] = misses

    @property
    def is_blank(self) -> bool:
        """Nothing was sent yet: what is displayed is there."""
        return not (self._met or self._aside_until or self.busy)

    def still_there(self, quote: VenueQuote, displayed: int, now: int) -> int:
        """Of the displayed shares, those that our own children have not met yet; 0 at a venue that is set aside."""
        venue = quote.venue
        if venue in self.busy or now < self._aside_until.get(venue, now):
            return 0
        met = self._met.get(venue)
        if not met:
            return displayed
        met = self._met[venue] = [m for m in met if m.at > quote.at and now < m.heard_at + self._set_aside]
        if any(m.emptied for m in met):
            return 0
        return max(0, displayed - sum(m.took for m in met))

    def due(self, venue: str, every: int, now: int) -> bool:
        """Whether a venue without quotes may be asked: neither set aside nor asked within the last ``every`` ns."""
        if venue in self.busy or now < self._aside_until.get(venue, now):
            return False
        return now >= self._asked_at.get(venue, now - every) + every
