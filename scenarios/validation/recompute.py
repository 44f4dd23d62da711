"""Recompute the proofs: run their markets, some at a time, and judge what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scenarios.load import load
from scenarios.validation.proof import SEEDS, Figures, Found, Market, Proof, Row
from scenarios.validation.registry import PROOFS

Progress = Callable[[int, int], object]
"""(markets run, markets in all)."""


def validate(
    seeds: Iterable[int] = SEEDS,
    only: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Recompute every row, or those whose name begins with one of ``only``.

    Args:
        seeds: of the statistical rows; with fewer than 30 the intervals are wider and rows may fail for that alone.
        only: the beginnings of proofs' names.
        jobs: processes; as many as there are cores, unless given.
        progress: (markets run, markets in all).

    Raises:
        ValueError: no row has such a name.
    """
    wanted = [proof for proof in PROOFS if not only or any(proof.name.startswith(name) for name in only)]
    if not wanted:
        raise ValueError(f"no row begins with {', '.join(only)}; rows: {', '.join(proof.name for proof in PROOFS)}")
    found = Found(measure_all(wanted, tuple(seeds), jobs, progress))
    return [row for proof in wanted for row in proof.judge(found)]


def measure_all(
    proofs: Sequence[Proof], seeds: tuple[int, ...], jobs: int | None = None, progress: Progress | None = None
) -> dict[tuple[str, int], Figures]:
    """The figures of every market that the proofs look at, each market once."""
    from joblib import Parallel, cpu_count, delayed

    markets = dict.fromkeys(market for proof in proofs for market in proof.markets)
    tasks = [(market, seed) for market in markets for seed in seeds[: market.runs]]
    figures: dict[tuple[str, int], Figures] = {}
    parallel = Parallel(n_jobs=min(jobs or cpu_count(), max(1, len(tasks))), return_as="generator_unordered")
    for task, its in parallel(delayed(_measured)(*task) for task in tasks):
        figures[task] = its
        if progress is not None:
            progress(len(figures), len(tasks))
    return figures


def _measured(market: Market, seed: int) -> tuple[tuple[str, int], Figures]:
    return (market.name, seed), measure(market, seed)


def measure(market: Market, seed: int) -> Figures:
    """Run one market on one seed and take its figures."""
    from scenarios.run import run

    return market.measure(run(load(market.scenario, set=market.settings), seed=seed + market.shift))
