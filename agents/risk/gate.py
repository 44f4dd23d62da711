"""The gate that every order of a desk passes: the table of checks, and the state that they look at.

Rules
    Checks are asked in the order of the table; the first that objects decides. The message rate comes last.
    An accepted order counts as open from now on; the gate's owner tells it of every report (`reported`).
    A cancel is never refused nor held.

Cost
    About 4 us an accepted order with every check on (CPython 3.11, benchmarks/risk.py); a check that is off costs
    nothing.

Does not model
    Credit of short sales; netting across desks; settlement.
"""

from __future__ import annotations

from agents.risk import (
    credit,
    duplicate,
    fat_finger,
    market_state,
    message_rate,
    order_size,
    position,
    price_collar,
    recent_volume,
    restricted,
)
from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.kill_switch import KillSwitch
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import ACCEPT, ACCEPTED, HOLD, REJECT, OrderFacts, Verdict
from venues.messages import ExecType, ExecutionReport

CHECKS = (
    restricted,
    market_state,
    order_size,
    fat_finger,
    price_collar,
    recent_volume,
    position,
    credit,
    duplicate,
    message_rate,
)
"""In the order in which they are asked, after the kill switch; each module's ``make`` gives the check."""


class RiskGate:
    """The checks of one desk.

    Args:
        account: what the desk holds; a new desk holds nothing.
    """

    def __init__(self, limits: Limits, seen: Seen, account: Account | None = None) -> None:
        self.account = Account() if account is None else account
        self.seen = seen
        self.set_limits(limits)

    def set_limits(self, limits: Limits) -> None:
        """New limits from now on. What is open and held stays; the switch stays as it is."""
        before: KillSwitch | None = getattr(self, "switch", None)
        self.limits = limits
        self.switch = KillSwitch(limits, self.account)
        if before is not None:
            self.switch.reason, self.switch.on_kill = before.reason, before.on_kill
        made = [module.make(limits, self.account, self.seen) for module in CHECKS if module is not message_rate]
        self._bucket = None if limits.message_rate is None else message_rate.Bucket(limits)
        last: list[Check] = [] if self._bucket is None else [self._bucket.check]
        self._checks: tuple[Check, ...] = (self.switch.check, *(check for check in made if check is not None), *last)
        self.switch.look_at_loss()

    def check(self, order: OrderFacts, now: int) -> Verdict:
        """Accept, hold or reject; an accepted order is taken to be on its way."""
        account = self.account
        bid, ask = account.best = self.seen.best()
        if bid and ask:
            holding, mid = account.holding(order.symbol), (bid + ask) // 2
            if mid != holding.mid:
                holding.mid = mid
                self.switch.look_at_loss()
        for check in self._checks:
            verdict = check(order, now)
            if verdict is not None:
                if verdict.action == REJECT and verdict.code != "KILL_SWITCH":
                    self.switch.refused(now)
                return verdict
        if order.adds == order.qty:
            account.sent(order.order_id, order.symbol, order.side, order.qty, order.worth)
        else:
            account.replaced(order.order_id, order.adds, order.worth)
        return ACCEPTED

    def cancelled(self, now: int) -> None:
        """A cancel goes out."""
        if self._bucket is not None:
            self._bucket.cancelled(now)

    def reported(self, report: ExecutionReport, fee: int, now: int) -> None:
        """A report has reached the desk; ``fee`` in millionths of a dollar for the whole of it."""
        self.account.reported(report, fee)
        if report.exec_type is ExecType.TRADE:
            self.switch.look_at_loss()
        elif report.exec_type is ExecType.REJECTED:
            self.switch.refused(now)


__all__ = ["ACCEPT", "CHECKS", "HOLD", "REJECT", "RiskGate"]
