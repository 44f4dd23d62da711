"""The kill switch: thrown by hand, by a loss, or by too many refusals. While it is on nothing but cancels leaves.

The loss is what was paid less what positions are worth at the mid that was last seen; it is looked at when a fill is
reported, and when an order is asked about and the mid has moved. Refusals are the desk's own and the venues', those of
the switch left out.
It stays on until somebody releases it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from agents.risk.account import Account
from agents.risk.limits import Limits
from agents.risk.verdict import OrderFacts, Verdict, dollars, rejected

NO_REASON = "no reason was given"


class KillSwitch:
    """A switch.

    Attributes:
        reason: why it is on; "": it is off.
        on_kill: called when it is thrown.
    """

    def __init__(self, limits: Limits, account: Account) -> None:
        self._max_loss = limits.max_loss
        self._max_rejects, self._window = limits.max_rejects, limits.reject_window
        self._account = account
        self._refusals: deque[int] = deque()
        self.reason = ""
        self.on_kill: Callable[[], object] | None = None

    def check(self, order: OrderFacts, now: int) -> Verdict | None:
        """Nothing passes while it is on."""
        if not self.reason:
            return None
        return rejected("KILL_SWITCH", 0, 0, f"the kill switch is on: {self.reason}")

    def throw(self, reason: str) -> None:
        """Turn it on; an empty reason turns it on as well."""
        if not self.reason:
            self.reason = reason or NO_REASON
            if self.on_kill is not None:
                self.on_kill()

    def release(self) -> None:
        """Turn it off; earlier refusals are forgotten."""
        self.reason = ""
        self._refusals.clear()

    def look_at_loss(self) -> None:
        """Throw it when the loss is beyond the limit."""
        if self._max_loss is None or self.reason:
            return
        loss = self._account.loss
        if loss > self._max_loss:
            self.throw(f"a loss of {dollars(loss)}, more than the {dollars(self._max_loss)} allowed")

    def refused(self, now: int) -> None:
        """An order was refused, here or at a venue."""
        if self._max_rejects is None or self.reason:
            return
        self._refusals.append(now)
        while self._refusals[0] <= now - self._window:
            self._refusals.popleft()
        if len(self._refusals) >= self._max_rejects:
            self.throw(f"{len(self._refusals)} refusals in {self._window / 1e9:g} s")
