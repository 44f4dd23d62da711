"""What pre-trade risk costs an accepted order: every check on, time moving on from order to order.

The market is eight venues' quotes, looked at anew for each order, as a router's are; the order is reported filled
afterwards, outside the timing. Medians over rounds; nanoseconds of CPU time.

    python benchmarks/risk.py [orders]
"""

from __future__ import annotations

import sys
import time
from statistics import median

from machine import calibration, describe

from agents.risk.gate import RiskGate
from agents.risk.limits import Limits
from agents.risk.verdict import ACCEPT, OrderFacts
from sim.garbage import few_collections
from venues.messages import BookState, ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side, TimeInForce

ROUNDS = 9
BID, ASK = 99_9900, 100_0100
MOST = 1 << 60

ALL = Limits(
    max_order_shares=MOST,
    max_order_notional=MOST,
    fat_finger_percent=50_000,
    fat_finger_ticks=20,
    volume_part=500_000,
    collar_percent=50_000,
    max_position=MOST,
    max_symbol_notional=MOST,
    max_gross_notional=MOST,
    credit=MOST,
    message_rate=1_000_000,
    message_burst=1_000,
    duplicate_window=1_000,
    restricted=("ABC",),
    halted="hold",
    auction="hold",
    closed="reject",
    no_quote="hold",
    max_loss=MOST,
    max_rejects=1_000,
)


class Market:
    """Eight venues with one quote each; the best is worked out once for each time."""

    tick = 100

    def __init__(self) -> None:
        self.now = 0
        self._quotes = [(f"V{i}", BID - 100 * (i % 3), 300, ASK + 100 * (i % 2), 300) for i in range(8)]
        self._looked_at = -1
        self._best = (0, 0)

    def best(self) -> tuple[int, int]:
        """Best bid and offer."""
        if self.now != self._looked_at:
            self._looked_at = self.now
            bid = ask = 0
            for _, b, bid_qty, a, ask_qty in self._quotes:
                if bid_qty and b > bid:
                    bid = b
                if ask_qty and (not ask or a < ask):
                    ask = a
            self._best = bid, ask
        return self._best

    def quotes_at(self, venue: str) -> bool:
        """Always."""
        return True

    def state_of(self, venue: str) -> BookState:
        """Always continuous."""
        return BookState.CONTINUOUS

    def printed_within(self, window: int) -> int:
        """Enough."""
        return 1_000_000


def one_round(limits: Limits, orders: int) -> float:
    """Nanoseconds an accepted order."""
    market = Market()
    gate = RiskGate(limits, market)
    asked = [
        OrderFacts(i, 0, "XYZ", f"V{i % 8}", 1 if i % 2 else -1, 100, ASK if i % 2 else BID, TimeInForce.IOC, 100, ASK)
        for i in range(1, orders + 1)
    ]
    spent = 0
    for order in asked:
        market.now += 10_000
        started = time.process_time_ns()
        verdict = gate.check(order, market.now)
        spent += time.process_time_ns() - started
        assert verdict.action == ACCEPT, verdict
        gate.reported(_filled(order), 0, market.now)
    return spent / orders


def _filled(order: OrderFacts) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE, OrdStatus.FILLED, order.order_id, 1, Side(order.side), order.price,
        ASK, order.qty, order.qty, 0, Liquidity.TAKER, Reason.NONE, 0, order.qty,
    )  # fmt: skip


def _clock() -> float:
    """What reading the clock twice costs, ns."""
    started = time.process_time_ns()
    for _ in range(10_000):
        time.process_time_ns()
    return (time.process_time_ns() - started) / 10_000


def main(orders: int) -> None:
    """Measure and print."""
    print(describe(), f"calibration {calibration():.3f}")
    clock = _clock()
    with few_collections():
        for name, limits in (("no check", Limits()), ("every check", ALL)):
            found = median(one_round(limits, orders) for _ in range(ROUNDS)) - clock
            print(f"{name:12} {found / 1000:.2f} us an accepted order")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
