"""Children that a strategy has sent and not yet heard the end of, at most one a venue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.orders import ChildOrder
from agents.strategy import ChildReport, LiveChild


class Ended(NamedTuple):
    """Children that have ended, and all reports on them."""

    children: list[ChildOrder]
    reports: list[ChildReport]


class SentChildren:
    """What is under way. A venue with a child that is late is not sent to again until it has answered."""

    def __init__(self) -> None:
        self.by_venue: dict[str, ChildOrder] = {}
        self._reports: dict[str, list[ChildReport]] = {}
        self._given_up: set[int] = set()

    def add(self, children: Iterable[ChildOrder]) -> None:
        """These were sent."""
        for child in children:
            self.by_venue[child.venue] = child
            self._reports[child.venue] = []

    def hear(self, reports: Sequence[ChildReport], live: Mapping[int, LiveChild]) -> Ended:
        """Take in reports; those children that are live no more have ended."""
        for report in reports:
            if report.venue in self._reports:
                self._reports[report.venue].append(report)
        busy = {child.venue for child in live.values()}
        ended = Ended([], [])
        for venue in [venue for venue in self.by_venue if venue not in busy]:
            ended.children.append(self.by_venue.pop(venue))
            ended.reports.extend(self._reports.pop(venue))
        return ended

    def give_up(self, live: Mapping[int, LiveChild]) -> list[int]:
        """The ids of live children that were not given up before: their time is over."""
        late = [child_id for child_id in live if child_id not in self._given_up]
        self._given_up.update(late)
        return late
