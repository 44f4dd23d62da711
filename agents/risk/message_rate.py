"""So many messages in a time: a bucket of tokens that fills evenly, in whole numbers.

An order without a token waits for the next one. A replace needs one too; a cancel takes one if there is one and never
waits. It is the last check, so that nothing refused elsewhere uses a token up.
"""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, held


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    return None if limits.message_rate is None else Bucket(limits).check


class Bucket:
    """Tokens; a token is ``message_period`` units of credit, and ``message_rate`` units come in each ns."""

    def __init__(self, limits: Limits) -> None:
        assert limits.message_rate is not None
        self._rate, self._token = limits.message_rate, limits.message_period
        self._full = max(1, limits.message_burst) * self._token
        self._credit, self._at = self._full, 0

    def check(self, order: OrderFacts, now: int) -> Verdict | None:
        """Take a token, or say when there is one."""
        credit = self._credit + (now - self._at) * self._rate
        if credit > self._full:
            credit = self._full
        self._at = now
        if credit >= self._token:
            self._credit = credit - self._token
            return None
        self._credit = credit
        wait = -(-(self._token - credit) // self._rate)
        text = f"more than {self._rate} messages in {self._token / 1e9:g} s; the next may go in {wait} ns"
        return held("MESSAGE_RATE", wait, self._rate, now + wait, text)

    def cancelled(self, now: int) -> None:
        """A cancel goes."""
        self._fill(now)
        self._credit = max(0, self._credit - self._token)

    def _fill(self, now: int) -> None:
        self._credit = min(self._full, self._credit + (now - self._at) * self._rate)
        self._at = now
