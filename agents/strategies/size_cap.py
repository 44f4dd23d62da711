"""The largest child that pre-trade risk lets pass, as far as its refusals have told while one parent is worked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.orders import ChildOrder
from agents.strategy import ChildReport, RefusedByRisk
from venues.messages import Reason


class SizeCap:
    """Children are cut to what a refusal for size or worth has allowed; it holds until the parent's end."""

    def __init__(self) -> None:
        self.most: int | None = None
        """Shares a child; None: nothing was refused for its size."""

    def hear(self, reports: Iterable[ChildReport]) -> list[str]:
        """Take in the refusals among the reports; the venues of those that were for the size."""
        too_large = []
        for report in reports:
            if report.report.reason is Reason.RISK and isinstance(report, RefusedByRisk) and report.most is not None:
                self.most = report.most if self.most is None else min(self.most, report.most)
                too_large.append(report.venue)
        return too_large

    def cut(self, children: Sequence[ChildOrder]) -> Sequence[ChildOrder]:
        """The children, none larger than may be; none at all where not a share may be."""
        most = self.most
        if most is None:
            return children
        return [child._replace(qty=min(child.qty, most)) for child in children if most]
