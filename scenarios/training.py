"""Train a routing model on recorded runs of a scenario: run, gather examples, fit, judge on other seeds, save.

Markets are run with the router's features recorded, on several strategies each: one strategy alone would teach only
what becomes of orders where that strategy sends them. The last quarter of the seeds is never fitted: it judges. All
seeds are written into the model, and a market with one of them refuses the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.learned.model import RoutingModel
from scenarios.compare import known_strategy, set_strategy
from scenarios.load import Source, load
from scenarios.model import Router, Scenario
from scenarios.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from analysis.learning.examples import Examples
    from analysis.learning.forests import Calibration, ForestShape, Scores

STRATEGIES = ("price_time", "smart", "broadcast")
"""What explores: the best price wherever it is, what the rules prefer, and everywhere at once."""

SEEDS = tuple(range(1000, 1012))
"""From 1000 up: comparisons are on seeds below."""

Progress = Callable[[int, int], object]
"""(markets run, markets in all)."""


@dataclass(frozen=True)
class Training:
    """A model and what it is worth on the seeds that it never saw."""

    model: RoutingModel
    fill: Scores
    move: Scores
    fill_calibration: Calibration
    move_calibration: Calibration

    def as_json(self) -> dict[str, Any]:
        """What `sorsim train --json` prints."""
        return {
            "seal": self.model.seal,
            "about": dict(self.model.about),
            "fill": self.fill.as_json(),
            "move": self.move.as_json(),
        }


@dataclass(frozen=True)
class Gathered:
    """What was recorded to learn from. ``unseen``: the seeds that judge; ``about``: what goes into the model's file."""

    examples: Examples
    unseen: tuple[int, ...]
    about: dict[str, Any]


def train(
    source: Source,
    seeds: Iterable[int] = SEEDS,
    strategies: Sequence[str] = STRATEGIES,
    agent: str | None = None,
    set: Sequence[str] = (),
    shape: ForestShape | None = None,
    shuffle: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Training:
    """Run the markets and train on them. Arguments and errors as :func:`gather` and :func:`learn`."""
    return learn(gather(source, seeds, strategies, agent, set, jobs, progress), shape, shuffle)


def gather(
    source: Source,
    seeds: Iterable[int] = SEEDS,
    strategies: Sequence[str] = STRATEGIES,
    agent: str | None = None,
    set: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """Run the markets, and keep what their routers' decisions teach.

    Args:
        seeds: at least two; the last quarter of them judges.
        strategies: what routes in the markets that are learned from, one market each and seed.
        agent: whose decisions; the only router, unless given.
        jobs: processes; as many as there are cores, unless given.

    Raises:
        ScenarioError: the scenario, the router or the seeds are wrong.
    """
    from joblib import Parallel, cpu_count, delayed

    from analysis.learning.examples import together

    scenario = load(source, set=set)
    router, numbers = _router(scenario, agent), tuple(dict.fromkeys(seeds))
    if len(numbers) < 2:
        raise _mistake("--seeds", f"{len(numbers)} seed; write two or more: some are fitted, the others judge")
    explore = [known_strategy(scenario, name, "--strategies") for name in dict.fromkeys(strategies)]
    tasks = [(strategy, seed) for seed in numbers for strategy in explore]
    parallel = Parallel(n_jobs=min(jobs or cpu_count(), len(tasks)), return_as="generator_unordered")
    parts: dict[tuple[str, int], Examples] = {}
    for task, examples in parallel(delayed(_recorded)(scenario, router, *task) for task in tasks):
        parts[task] = examples
        if progress is not None:
            progress(len(parts), len(tasks))
    unseen = numbers[-max(1, len(numbers) // 4) :]
    about = {
        "scenario": scenario.name,
        "scenario_sha256": scenario.sha256(),
        "agent": router,
        "strategies": explore,
        "seeds": sorted(numbers),
        "judged_on": sorted(unseen),
    }
    return Gathered(together([parts[task] for task in tasks]), unseen, about)


def learn(gathered: Gathered, shape: ForestShape | None = None, shuffle: bool = False) -> Training:
    """Fit both forests to the seeds that are seen, and judge them on the others.

    Args:
        shuffle: fit to the outcomes of other rows, a control from which nothing can be learned.

    Raises:
        ScenarioError: there is nothing to learn from, or nothing to judge on.
    """
    import numpy as np
    import sklearn

    from agents.learned.forest import IntegerForest
    from analysis.learning.examples import HORIZON
    from analysis.learning.forests import ForestShape, calibration, corrections, fit, judged, predicted, shuffled

    shape = shape or ForestShape()
    examples = gathered.examples
    judging = np.isin(examples.seed, list(gathered.unseen))
    seen, others = examples.rows(~judging), examples.rows(judging)
    if not len(seen) or not len(others):
        raise _mistake("--seeds", "no child order was sent to displayed shares; let the router have orders to work")
    forests = {}
    for number, of in enumerate(("fill", "move"), start=1):
        target = corrections(seen, of)
        forests[of] = fit(seen, shuffled(target, seed=number) if shuffle else target, shape, seed=number)
    scores = {of: judged(forest, seen, others, of) for of, forest in forests.items()}
    low, high = np.quantile(seen.features, [0.01, 0.99], axis=0)
    model = RoutingModel(
        features=examples.names,
        fill=IntegerForest.of_scikit_learn(forests["fill"]),
        adverse=IntegerForest.of_scikit_learn(forests["move"]),
        low=tuple(np.floor(low).astype(int).tolist()),
        high=tuple(np.ceil(high).astype(int).tolist()),
        about={
            **gathered.about,
            "shuffled": shuffle,
            "rows": len(seen),
            "horizon_ns": HORIZON,
            "trees": shape.trees,
            "depth": shape.depth,
            "leaf": shape.leaf,
            "skill": {of: its.skill for of, its in scores.items()},
            "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        },
    )
    return Training(
        model,
        scores["fill"],
        scores["move"],
        calibration(predicted(forests["fill"], others, "fill"), others.had),
        calibration(predicted(forests["move"], others, "move"), others.moved),
    )


def save(training: Training, path: Path) -> list[Path]:
    """Write the model, and its calibration as a picture beside it."""
    from analysis.learning.plots import calibration_figure

    path.parent.mkdir(parents=True, exist_ok=True)
    training.model.save(path)
    picture = calibration_figure(
        training.fill_calibration,
        training.fill,
        training.move_calibration,
        training.move,
        path.with_name(f"{path.stem}-calibration.png"),
    )
    return [path, picture]


def _recorded(scenario: Scenario, router: str, strategy: str, seed: int) -> tuple[tuple[str, int], Examples]:
    from analysis.learning.examples import examples_of
    from scenarios.run import run

    recording = (*set_strategy(scenario, router, strategy), f"agents.{router}.features=true")
    result = run(load(scenario, set=recording), seed=seed)
    return (strategy, seed), examples_of(result.tables)


def _router(scenario: Scenario, wanted: str | None) -> str:
    routers = [agent.name for agent in scenario.agents if isinstance(agent, Router)]
    if wanted is None and len(routers) == 1:
        return routers[0]
    if wanted not in routers:
        named = ", ".join(routers) or "none"
        raise _mistake("--agent", f"{wanted or 'not given'}; the routers of {scenario.name} are: {named}")
    return wanted


def _mistake(option: str, message: str) -> ScenarioError:
    return ScenarioError([Problem("train", None, None, option, message)])
