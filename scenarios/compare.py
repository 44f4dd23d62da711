"""Compare strategies on the same market: same seeds, same random numbers, paired differences with 95 % intervals.

Each case is one market: one strategy (and one value of the sweep) on one seed. All else, draws included, is the same: a
difference within a seed is the strategy's doing. Cases run in parallel processes; each result is stored as soon as it
is there, so that a comparison that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.strategies import REGISTRY
from scenarios.load import Source, load, scenario_of
from scenarios.model import Scenario
from scenarios.problems import Problem, ScenarioError, instead
from scenarios.settings import apply_seed, apply_settings
from scenarios.source import read

if TYPE_CHECKING:
    import pandas as pd

METRICS = (
    "fill_rate",
    "average_price",
    "slippage_bps",
    "fees_per_share",
    "all_in_cost",
    "all_in_bps",
    "cost_per_filled_share",
    "fill_ratio",
    "hft_share",
    "dark_share",
    "venues_per_order",
)
"""Figures of a comparison; `analysis.metrics` defines them."""

Progress = Callable[[int, int], object]
"""(cases done, cases in all)."""

ALL = "all"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One market to run. ``settings`` are changes by path, ``swept`` is the sweep's value as text ("": no sweep)."""

    source: str | Mapping[str, Any]
    folder: str
    settings: tuple[str, ...]
    agent: str
    strategy: str
    swept: str
    seed: int

    def scenario(self) -> Scenario:
        """The scenario of this case."""
        if isinstance(self.source, str):
            return load(self.source, self.settings, self.seed)
        document = read(self.source)
        document.folder = Path(self.folder)
        apply_settings(document, self.settings)
        apply_seed(document, self.seed)
        return scenario_of(document)


def run_case(case: Case) -> dict[str, Any]:
    """Run one case; the figures of its router as a plain row."""
    from scenarios.run import run

    result = run(case.scenario())
    row = next(row for row in result.results if row["router"] == case.agent)
    return {
        **row,
        "strategy": case.strategy,
        "swept": case.swept,
        "seed": case.seed,
        "digest": result.digest,
        "venue_messages": sum(result.venue_messages.values()),
        "loop_seconds": result.loop_seconds,
    }


@dataclass
class Comparison:
    """What a comparison found.

    Attributes:
        rows: one per case, as `sorsim run --json` has them under `results`.
        sweep: the path that was swept, None without a sweep.
    """

    scenario: str
    agent: str
    baseline: str
    rows: list[dict[str, Any]]
    sweep: str | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row per strategy, value of the sweep and seed, with all figures."""
        import pandas as pd

        rows = [{key: value for key, value in row.items() if key != "venues"} for row in self.rows]
        return pd.DataFrame([{key: math.nan if value is None else value for key, value in row.items()} for row in rows])

    @property
    def venues(self) -> pd.DataFrame:
        """One row per strategy, value of the sweep, seed and venue."""
        import pandas as pd

        names = ("strategy", "swept", "seed")
        return pd.DataFrame([{**{n: row[n] for n in names}, **venue} for row in self.rows for venue in row["venues"]])

    @property
    def means(self) -> pd.DataFrame:
        """Means over seeds with 95 % intervals: strategy, swept, metric, mean, low, high, n, note."""
        from analysis.statistics import means

        return self._by_swept(lambda table: means(table, METRICS))

    @property
    def differences(self) -> pd.DataFrame:
        """Each strategy less the baseline, paired by seed, with 95 % intervals; columns as :attr:`means`."""
        from analysis.statistics import paired_differences

        return self._by_swept(lambda table: paired_differences(table, self.baseline, METRICS))

    def _by_swept(self, figure: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
        import pandas as pd

        parts = [figure(part).assign(swept=swept) for swept, part in self.table.groupby("swept", sort=False)]
        return pd.concat(parts, ignore_index=True)

    def as_json(self) -> dict[str, Any]:
        """What `sorsim compare --json` prints."""
        from analysis.results import json_rows

        return {
            "scenario": self.scenario,
            "agent": self.agent,
            "baseline": self.baseline,
            "sweep": self.sweep,
            "seeds": sorted({row["seed"] for row in self.rows}),
            "results": self.rows,
            "means": json_rows(self.means),
            "differences": json_rows(self.differences),
        }

    def save(self, folder: Path | str) -> Path:
        """Write tables, plots and the report."""
        from analysis.report import write_comparison_report

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        (target / "comparison.json").write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
        self.table.to_csv(target / "comparison.csv", index=False)
        write_comparison_report(self, target)
        return target


def compare(
    scenario: Source,
    strategies: Sequence[str] | str = ALL,
    baseline: str | None = None,
    agent: str | None = None,
    seeds: int | Iterable[int] = 3,
    sweep: str | None = None,
    jobs: int | None = None,
    set: Mapping[str, Any] | Sequence[str] = (),
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run every strategy on every seed and compare.

    Args:
        strategies: names of built-in strategies, of the scenario's variants, or of one's own
            (`my_router.py:MyStrategy`); "all" among them: every built-in and every
            variant.
        baseline: what the others are held against; the first, unless given.
        agent: the router whose strategy is exchanged; the scenario's only one, unless given.
        seeds: how many, from 1 on, or which.
        sweep: `path=v1,v2,...`: the whole comparison at each value.
        jobs: processes; as many as there are cores, unless given.
        out: a folder for results, plots and report; cases that are stored there are not run again.
        progress: called after each case.

    Raises:
        ScenarioError: the scenario, a strategy, the agent, or the sweep is wrong.
    """
    source, folder = _source_of(scenario)
    base = tuple(_texts(set))
    loaded = load(scenario, set=base)
    router = _router_of(loaded, agent)
    names = _strategies_of(loaded, strategies)
    against = names[0] if baseline is None else known_strategy(loaded, baseline, "--baseline")
    if against not in names:
        names = [against, *names]
    numbers = _seeds_of(seeds)
    path, values = _sweep_of(sweep)
    cases = [
        Case(source, folder, (*base, *set_strategy(loaded, router, name), *swept), router, name, value, seed)
        for value, swept in values
        for name in names
        for seed in numbers
    ]
    for case in {(case.strategy, case.swept): case for case in cases}.values():
        case.scenario()  # every mistake shows now, not after an hour
    rows = _run_all(cases, jobs, None if out is None else Path(out), progress)
    comparison = Comparison(loaded.name, router, against, rows, path)
    if out is not None:
        comparison.save(out)
    return comparison


# -- what is compared -------------------------------------------------------------------------------


def _source_of(scenario: Source) -> tuple[str | Mapping[str, Any], str]:
    """What travels to other processes: plain values, and where relative files are."""
    if isinstance(scenario, Scenario):
        return scenario.model_dump(), str(scenario.folder)
    return (str(scenario), "") if isinstance(scenario, (str, Path)) else (scenario, "")


def _router_of(scenario: Scenario, wanted: str | None) -> str:
    routers = [agent.name for agent in scenario.agents if agent.kind == "router" and agent.enabled]
    if wanted is None and len(routers) == 1:
        return routers[0]
    if wanted in routers:
        return str(wanted)
    if not routers:
        raise _mistake("--agent", f"{scenario.name} has no router whose strategies could be compared")
    if wanted is None:
        several = f"{scenario.name} has several routers"
        raise _mistake("--agent", f"{several}; write --agent with one of {', '.join(routers)}")
    raise _mistake("--agent", f"no router is named {wanted!r}; {instead(wanted, routers, 'routers')}")


def _strategies_of(scenario: Scenario, strategies: Sequence[str] | str) -> list[str]:
    known = _strategies_in(scenario)
    wanted = strategies.split(",") if isinstance(strategies, str) else strategies
    names: list[str] = []
    for name in filter(None, (text.strip() for text in wanted)):
        names += _all_of(known) if name == ALL else [known_strategy(scenario, name, "--strategies")]
    if not names:
        raise _mistake("--strategies", f"names no strategy; write all, or some of {', '.join(known)}")
    return list(dict.fromkeys(names))


def _strategies_in(scenario: Scenario) -> list[str]:
    """Every built-in strategy and every variant of the scenario."""
    return list(dict.fromkeys((*REGISTRY, *scenario.strategies)))


def _all_of(known: Sequence[str]) -> list[str]:
    """What `all` means: all that need nothing of somebody's own."""
    return [name for name in known if name not in REGISTRY or REGISTRY[name].in_all]


def known_strategy(scenario: Scenario, name: str, option: str) -> str:
    """The name of a built-in strategy, of a variant, or of one's own.

    Raises:
        ScenarioError: there is none of that name; it says in which option.
    """
    known = _strategies_in(scenario)
    if name in known or ":" in name:
        return name
    others = f'{instead(name, known, "strategies")}, or one of your own as "my_router.py:MyStrategy"'
    raise _mistake(option, f"no strategy is named {name!r}; {others}")


def set_strategy(scenario: Scenario, router: str, name: str) -> tuple[str, ...]:
    """The settings that give a router this strategy."""
    kind = name if name in scenario.strategies or name in REGISTRY else json.dumps({"kind": name})
    return (f"agents.{router}.strategy={kind}",)


def _seeds_of(seeds: int | Iterable[int]) -> list[int]:
    numbers = list(range(1, seeds + 1) if isinstance(seeds, int) else dict.fromkeys(seeds))
    if not numbers:
        raise _mistake("--seeds", f"{seeds!r} names no seed; write how many, such as 3, or which: [1, 2, 3]")
    return numbers


def _texts(settings: Mapping[str, Any] | Sequence[str]) -> Iterator[str]:
    """Settings as `path=value`, the form that travels."""
    if isinstance(settings, Mapping):
        for path, value in settings.items():
            yield f"{path}={value if isinstance(value, str) else json.dumps(value, default=str)}"
    else:
        yield from [settings] if isinstance(settings, str) else settings


def _sweep_of(sweep: str | None) -> tuple[str | None, list[tuple[str, tuple[str, ...]]]]:
    if sweep is None:
        return None, [("", ())]
    path, equals, text = sweep.partition("=")
    values = [value for value in _split_at_commas(text) if value]
    if not path or not equals or not values:
        example = "such as feeds.sip.processing=20us,1ms"
        raise _mistake("--sweep", f"{sweep!r} is no sweep; write path=value,value, {example}")
    return path, [(value, (f"{path}={value}",)) for value in values]


def _split_at_commas(text: str) -> Iterator[str]:
    """Parts between commas that stand in no bracket."""
    depth, part = 0, ""
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += letter
    yield part.strip()


def _mistake(option: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(option, None, None, "", message)])


# -- running ----------------------------------------------------------------------------------------


def _run_all(cases: Sequence[Case], jobs: int | None, out: Path | None, progress: Progress | None) -> Rows:
    """The rows of all cases, in their order, whatever the order in which they end."""
    from joblib import Parallel, cpu_count, delayed

    store = _Store(out)
    rows: dict[int, dict[str, Any]] = {}
    for index, case in enumerate(cases):
        known = store.get(case)
        if known is not None:
            rows[index] = known
    missing = [index for index in range(len(cases)) if index not in rows]
    if progress is not None:
        progress(len(rows), len(cases))
    parallel = Parallel(n_jobs=min(jobs or cpu_count(), max(1, len(missing))), return_as="generator_unordered")
    for index, row in parallel(delayed(_indexed)(index, cases[index]) for index in missing):
        store.put(cases[index], row)
        rows[index] = row
        if progress is not None:
            progress(len(rows), len(cases))
    return [rows[index] for index in range(len(cases))]


def _indexed(index: int, case: Case) -> tuple[int, dict[str, Any]]:
    return index, run_case(case)


class _Store:
    """Results that are there already, one file per case.

    Its name is a hash of the resolved scenario, the files that it names, the seed and the versions: an edited strategy
    is run anew. What those files import is not looked at; after a change there, write into a new folder.
    """

    def __init__(self, out: Path | None) -> None:
        self._folder = None if out is None else out / "cases"

    def get(self, case: Case) -> dict[str, Any] | None:
        """The stored row of a case, if there is one."""
        path = self._path(case)
        if path is None or not path.exists():
            return None
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {**stored, "strategy": case.strategy, "swept": case.swept}

    def put(self, case: Case, row: dict[str, Any]) -> None:
        """Store a row; the file is complete or not there."""
        path = self._path(case)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part")
            partial.write_text(json.dumps(row) + "\n", encoding="utf-8")
            partial.replace(path)

    def _path(self, case: Case) -> Path | None:
        if self._folder is None:
            return None
        from scenarios.build import versions

        scenario = case.scenario()
        files = [sha256(path.read_bytes()).hexdigest() for path in _files_of(scenario)]
        key = json.dumps([scenario.sha256(), files, case.seed, case.agent, versions()], sort_keys=True)
        return self._folder / f"{sha256(key.encode()).hexdigest()[:20]}.json"


def _files_of(scenario: Scenario) -> list[Path]:
    """Files that a scenario names: code of one's own, recordings."""
    texts = dict.fromkeys(_texts_in(scenario.model_dump()))
    names = (text.rpartition(":")[0] if _OWN_CODE.fullmatch(text) else text for text in texts)
    places = ((scenario.folder / name, Path(name)) for name in names if name)
    found = (next((path for path in each if path.is_file()), None) for each in places)
    return [path for path in found if path is not None]


_OWN_CODE = re.compile(r".+\.py:\w+")


def _texts_in(tree: Any) -> Iterator[str]:
    """Every text in a tree of mappings and lists."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts_in(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _texts_in(value)
