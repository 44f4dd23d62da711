"""The exported cases: markets where firms race, and flows that are hard on a detector.

`gateway` is the gateway latency, ns: with some, messages are under way while others are answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from analysis.race_log import messages_of_run
from analysis.race_messages import write_race_messages
from analysis.tables import RunTables
from scenarios.run import run
from tests.analysis.race_flow import Flow

HERE = Path(__file__).parent
MARKET = HERE / "race_market.yaml"
DATE = "2000-01-01"
US = 1_000
OPENS = 8 * 3_600 * 1_000_000_000
"""08:00, ns after midnight."""


@dataclass(frozen=True)
class Case:
    """One venue's messages of a market run or of a flow."""

    name: str
    flow: Flow | None = None
    seed: int = 0
    venue: int = 0
    gateway: int = 5 * US
    changes: dict[str, str] = field(default_factory=dict)

    def tables(self) -> RunTables:
        if self.flow is not None:
            return self.flow.tables()
        return run(MARKET, seed=self.seed, set=self.changes).tables

    @property
    def tick(self) -> int:
        return self.flow.tick if self.flow is not None else 100


SMALL = (1, 2, 5, 20)
CASES = (
    *(Case(f"market_{seed}", seed=seed, venue=seed % 2) for seed in (1, 2, 3, 4, 5, 6)),
    Case("market_slow_gateway", seed=7, gateway=150 * US),
    Case("market_capped_horizon", seed=8, gateway=600 * US),
    Case("market_few_snipers", seed=9, changes={"agents.snipers.count": "1"}),
    Case("market_no_jitter", seed=10, changes={"agents.snipers.news": "230us", "agents.makers.news": "230us"}),
    Case("failed_iocs", Flow(seed=11, ioc=8, cancel=1, limit=0)),
    Case("failed_cancels", Flow(seed=12, ioc=4, cancel=8, limit=0, reach=0)),
    Case("two_sides", Flow(seed=13, participants=4, limit=4)),
    Case("small_sizes", Flow(seed=14, sizes=SMALL, participants=6)),
    Case("partial_fills", Flow(seed=15, sizes=(10, 90, 250, 700), reach=1)),
    Case("deep_sweeps", Flow(seed=16, sizes=(100, 400, 900), reach=6)),
    Case("fill_or_kill", Flow(seed=17, fok=5, ioc=2)),
    Case("market_orders", Flow(seed=18, market=4, ioc=2)),
    Case("replaces", Flow(seed=19, replace=6, cancel=2)),
    Case("reductions", Flow(seed=20, reduce=3, replace=2)),
    Case("hidden_and_icebergs", Flow(seed=21, special=1)),
    Case("half_penny_ticks", Flow(seed=22, tick=50, reach=3)),
    Case("in_flight", Flow(seed=23, replace=2), gateway=20 * US),
    Case("long_in_flight", Flow(seed=24, cancel=6), gateway=120 * US),
    Case("two_firms", Flow(seed=25, participants=2)),
    Case("no_latency", Flow(seed=26), gateway=0),
    Case("everything", Flow(seed=27, fok=1, market=1, replace=2, reduce=1, participants=7, bursts=120), gateway=7 * US),
)


def write(case: Case, folder: Path) -> Path:
    """Export one case into the folder."""
    messages = messages_of_run(case.tables(), case.venue, case.gateway, OPENS)
    return write_race_messages(messages, folder, DATE, case.name)
