"""What refusals of pre-trade risk tell of the size of later children."""

from __future__ import annotations

from agents.orders import ChildOrder
from agents.strategies.size_cap import SizeCap
from agents.strategy import ChildReport, RefusedByRisk
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side

CHILDREN = [ChildOrder("NYSE", 300, 100_0000), ChildOrder("BATS", 100, 100_0000)]


def refused(most: int | None, reason: Reason = Reason.RISK) -> ChildReport:
    told = ExecutionReport(
        ExecType.REJECTED, OrdStatus.REJECTED, 1, 0, Side.BUY, 100_0000, 0, 0, 0, 0, Liquidity.NONE, reason, 0
    )
    report = ChildReport(1, "NYSE", told, 1_000)
    return RefusedByRisk.of(report, "ORDER_SIZE", "", most) if reason is Reason.RISK else report


def sizes(cap: SizeCap) -> list[int]:
    return [child.qty for child in cap.cut(CHILDREN)]


def test_children_are_as_they_were_until_one_is_refused_for_its_size():
    cap = SizeCap()
    assert cap.hear([refused(None), refused(None, Reason.VENUE_HALTED)]) == []
    assert cap.cut(CHILDREN) is CHILDREN


def test_the_smallest_size_that_was_told_counts():
    cap = SizeCap()
    assert cap.hear([refused(150), refused(250)]) == ["NYSE", "NYSE"]
    assert sizes(cap) == [150, 100]


def test_where_not_a_share_may_pass_nothing_is_sent():
    cap = SizeCap()
    cap.hear([refused(0)])
    assert sizes(cap) == []
