"""Orders and a market for the checks."""

from __future__ import annotations

from typing import Any

from agents.risk.gate import RiskGate
from agents.risk.limits import Limits
from agents.risk.verdict import ACCEPT, HOLD, REJECT, OrderFacts, Verdict
from venues.messages import BookState, ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side, TimeInForce

BID, ASK = 99_9900, 100_0100
NAMES = {ACCEPT: "accept", HOLD: "hold", REJECT: "reject"}


class Market:
    """What a desk sees: $99.99 x $100.01, 10,000 shares printed lately, every venue open."""

    tick = 100

    def __init__(self) -> None:
        self.quote = (BID, ASK)
        self.volume = 10_000
        self.states: dict[str, BookState] = {}
        self.silent: set[str] = set()

    def best(self) -> tuple[int, int]:
        return self.quote

    def quotes_at(self, venue: str) -> bool:
        return venue not in self.silent

    def state_of(self, venue: str) -> BookState:
        return self.states.get(venue, BookState.CONTINUOUS)

    def printed_within(self, window: int) -> int:
        return self.volume


def gate(market: Market | None = None, **limits: Any) -> RiskGate:
    return RiskGate(Limits(**limits), market or Market())


_ids = iter(range(1, 1 << 40))


def order(qty: int = 100, price: int | None = ASK, side: Side = Side.BUY, **more: Any) -> OrderFacts:
    """An order for XYZ at NYSE."""
    return OrderFacts(
        more.get("order_id") or next(_ids),
        0,
        more.get("symbol", "XYZ"),
        more.get("venue", "NYSE"),
        int(side),
        qty,
        price,
        more.get("tif", TimeInForce.IOC),
        more.get("adds", qty),
        more.get("worth", price or (ASK if side is Side.BUY else BID)),
    )


def said(verdict: Verdict) -> tuple[str, str, str]:
    """(what, code, text)."""
    return NAMES[verdict.action], verdict.code, verdict.text


def report(of: OrderFacts, kind: ExecType, **more: Any) -> ExecutionReport:
    """What a venue says of an order."""
    leaves = more.get("leaves", 0)
    cum = more.get("cum", 0)
    return ExecutionReport(
        kind,
        OrdStatus.NEW,
        of.order_id,
        1,
        Side(of.side),
        of.price,
        more.get("px", 0),
        more.get("qty", 0),
        cum,
        leaves,
        Liquidity.TAKER,
        more.get("reason", Reason.NONE),
        0,
        cum + leaves,
    )


def fill(of: OrderFacts, qty: int, px: int, leaves: int = 0) -> ExecutionReport:
    return report(of, ExecType.TRADE, qty=qty, px=px, cum=qty, leaves=leaves)
