"""Run a scenario: market, event loop, tables, figures.

>>> result = run("us_equities", set={"duration": "3s", "agents.client.orders.count": "3"})
>>> result.seed, len(result.digest)
(7, 64)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.build import Market, build
from scenarios.expectations import Verdict, verdicts
from scenarios.load import Source, load
from scenarios.model import Router, Scenario
from sim.garbage import few_collections
from sim.log import EventLog

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables import RunTables

Progress = Callable[[int, int], object]
"""(simulated ns done, simulated ns in all)."""

SLICES = 100
"""How often a run reports its progress."""

Settings = Mapping[str, str] | Sequence[str]


@dataclass
class RunResult:
    """What a run leaves behind.

    Attributes:
        scenario: resolved; seed: the one that was used.
        digest: SHA-256 of the event log.
        market: what the numbers in the tables stand for (`market.json`).
        tables: the recorded tables.
        venue_messages: orders, cancels and replaces that reached a venue, by kind of agent.
        loop_seconds: wall-clock seconds of the event loop.
        events_logged: rows in all tables.
        log_bytes: memory that the log's rows took.
    """

    scenario: Scenario
    seed: int
    digest: str
    market: dict[str, Any]
    tables: RunTables
    venue_messages: dict[str, int]
    loop_seconds: float
    events_logged: int
    log_bytes: int
    log: EventLog

    @property
    def summary(self) -> pd.DataFrame:
        """One row per router: fill rate, average price, slippage, fees, all-in cost, venues, HFT share."""
        from analysis.metrics import summary

        return summary(self.tables)

    @property
    def orders(self) -> pd.DataFrame:
        """Messages as the venues took them; prices are price units of $0.0001."""
        return self.tables.orders

    @property
    def fills(self) -> pd.DataFrame:
        """Trade reports, one per party."""
        from analysis.codes import TRADE

        reports = self.tables.reports
        return reports[reports["exec_type"] == TRADE]

    @property
    def quotes(self) -> pd.DataFrame:
        """Changes of the venues' best quotes."""
        return self.tables.quotes

    @property
    def trades(self) -> int:
        """How many matches there were."""
        return len(self.tables["trades"])

    @property
    def shares_traded(self) -> int:
        """Shares of all matches."""
        return int(self.tables["trades"]["qty"].sum())

    @property
    def results(self) -> list[dict[str, Any]]:
        """The summary as plain rows, by router and its strategy."""
        from analysis.results import results_table

        strategies = {a.name: a.strategy.kind for a in self.scenario.agents if isinstance(a, Router)}
        return results_table(self.tables, strategies)

    @property
    def profits(self) -> pd.DataFrame:
        """One row per agent that traded and venue that charged: shares traded and held, fees and profit in $."""
        from analysis.profits import profit_table

        return profit_table(self.tables)

    @property
    def algos(self) -> pd.DataFrame:
        """One row per order that an algorithm worked: cost of the whole order, tracking error, participation."""
        from analysis.algos import algo_table

        return algo_table(self.tables)

    @property
    def risk(self) -> pd.DataFrame:
        """What pre-trade risk held or refused, a row each."""
        from analysis.risk import risk_table

        return risk_table(self.tables)

    @property
    def expectations(self) -> list[Verdict]:
        """The scenario's expectations, held against the results."""
        return verdicts(self.scenario.expect, self.tables)

    def as_json(self) -> dict[str, Any]:
        """What `sorsim run --json` prints."""
        from analysis.results import json_rows

        return {
            "scenario": self.scenario.name,
            "digest": self.digest,
            "seed": self.seed,
            "venue_messages": {"total": sum(self.venue_messages.values()), **self.venue_messages},
            "loop_seconds": round(self.loop_seconds, 6),
            "events_logged": self.events_logged,
            "trades": self.trades,
            "shares_traded": self.shares_traded,
            "results": self.results,
            **({"algos": json_rows(self.algos)} if len(self.tables["algo_orders"]) else {}),
            "profits": json_rows(self.profits),
            "expectations": [verdict.as_json() for verdict in self.expectations],
        }

    def save(self, folder: Path | str) -> Path:
        """Write the run folder: resolved scenario, tables, market, summary, report and plots."""
        from analysis.report import write_run_report

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        write_run_folder(target, self.scenario, self.seed, self.market, self.log)
        (target / "summary.json").write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
        write_run_report(self.tables, target, self.results)
        return target


def write_run_folder(folder: Path, scenario: Scenario, seed: int, market: dict[str, Any], log: EventLog) -> None:
    """The part of a run folder that a replay needs: scenario, market, tables."""
    resolved = scenario.model_copy(update={"seed": seed})
    (folder / "scenario.yaml").write_text(resolved.to_yaml(), encoding="utf-8")
    (folder / "market.json").write_text(json.dumps(market, indent=1) + "\n", encoding="utf-8")
    log.write(folder)


def run(
    scenario: Source,
    seed: int | None = None,
    set: Settings = (),
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Run a scenario to its end.

    Args:
        scenario: one that is loaded, a path, the name of a built-in, or the content of a file as a mapping.
        seed: replaces the scenario's.
        set: changes, `path=value`; only for a scenario that is not loaded yet.
        out: a folder to save the run in.
        progress: called now and then.

    Raises:
        ScenarioError: the scenario is wrong, with every problem at once.
        StrategyError: a strategy broke a rule.
        BrokenInvariant: the simulator contradicts itself.
    """
    loaded = scenario if isinstance(scenario, Scenario) and not set else load(scenario, set=set)
    log = EventLog()
    market = build(loaded, log, seed)
    seconds = run_market(market, progress)
    result = result_of(market, log, seconds)
    if out is not None:
        result.save(out)
    return result


def run_market(market: Market, progress: Progress | None = None) -> float:
    """Start, run to the end, finish; wall-clock seconds of the event loop."""
    total = market.scenario.duration
    seconds = 0.0
    market.start()
    with few_collections():
        for piece in range(1, SLICES + 1):
            started = time.perf_counter()
            market.advance(total * piece // SLICES)
            seconds += time.perf_counter() - started
            if progress is not None:
                progress(total * piece // SLICES, total)
    market.finish()
    return seconds


def result_of(market: Market, log: EventLog, seconds: float) -> RunResult:
    """Gather what a finished market leaves behind."""
    from analysis.tables import RunTables

    described = market.describe()
    return RunResult(
        scenario=market.scenario,
        seed=market.seed,
        digest=log.digest(),
        market=described,
        tables=RunTables.from_arrays(log.arrays(), described),
        venue_messages=market.messages(),
        loop_seconds=seconds,
        events_logged=log.events,
        log_bytes=log.nbytes,
        log=log,
    )
