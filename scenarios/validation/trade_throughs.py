"""Row "trade-throughs": each trade through another exchange's quote in `reg_nms` is explained by what could be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.quantities import parse_duration
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

VIEW = parse_duration("200us")
"""How late each exchange of the scenario sees the others."""

SEEDS_USED = 10


def measure(result: RunResult) -> Figures:
    """Trades through other exchanges' quotes, by cause."""
    from analysis.trade_through_causes import trade_through_causes

    protecting = [v.name for v in result.scenario.venues if getattr(v, "protection", None) is not None]
    causes = trade_through_causes(result.tables, dict.fromkeys(protecting, VIEW))
    return {cause: float(len(rows)) for cause, rows in causes.items()}


def causes(found: Found) -> list[Row]:
    """None is left without a cause."""
    from analysis.trade_through_causes import CAUSES, UNEXPLAINED

    totals = {cause: found.total(MARKET.name, cause) for cause in CAUSES}
    told = ", ".join(f"{cause} {count:.0f}" for cause, count in totals.items())
    claim = "exchanges that see each other 200us late trade through no quote that they could have respected"
    passed = totals[UNEXPLAINED] == 0 and sum(totals.values()) > 0
    return [Row("trade-throughs", claim, told, passed)]


MARKET = Market("reg_nms", "reg_nms", (), measure, SEEDS_USED)
PROOFS = (Proof("trade-throughs", (MARKET,), causes),)
