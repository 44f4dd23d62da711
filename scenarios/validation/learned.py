"""Rows "SOR learned ...": a model trained on other seeds beats the rules of `smart`, one trained on nothing does not.

Markets of seeds from 1000 up are recorded and learned from; the comparison is with the shipped client on the seeds of
all rows, paired. The control is a model fitted to the same features with the outcomes of other rows. The size of the
forests and who explores were chosen on seeds 101 to 110.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scenarios.validation.flagship import MARKETS, SCENARIO
from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult
    from scenarios.training import Training

SHIPPED: Final = MARKETS["shipped"]


def all_in(result: RunResult) -> Figures:
    """The client's all-in cost."""
    return {"all_in_bps": float(result.summary.iloc[0]["all_in_bps"])}


def _learned(found: Found) -> list[Row]:
    from scenarios.training import gather, learn

    gathered = gather(SCENARIO)
    trainings = {"learned": learn(gathered), "shuffled": learn(gathered, shuffle=True)}
    seeds = found.seeds(SHIPPED.name)
    costs = zip(seeds, found.each(SHIPPED.name, "all_in_bps"), strict=True)
    shipped = {(SHIPPED.name, seed): {"all_in_bps": cost} for seed, cost in costs}
    return rows(Found(shipped | _compared(trainings, seeds)), trainings)


def _compared(trainings: dict[str, Training], seeds: list[int]) -> dict[tuple[str, int], Figures]:
    """The shipped client with each model on each seed."""
    from scenarios.validation.recompute import measure_all

    with TemporaryDirectory() as folder:
        markets = []
        for name, training in trainings.items():
            path = Path(folder) / f"{name}.model"
            training.model.save(path)
            strategy = f"agents.client.strategy={{kind: learned, file: {path}, through: 1}}"
            markets.append(Market(name, SCENARIO, (strategy,), all_in))
        return measure_all([Proof("learned", tuple(markets), lambda _: [])], tuple(seeds))


def rows(found: Found, trainings: dict[str, Training]) -> list[Row]:
    """The verdicts, from all-in costs by market and seed."""
    better = found.difference("learned", SHIPPED.name, "all_in_bps")
    control = found.difference("shuffled", SHIPPED.name, "all_in_bps")
    return [
        Row(
            "SOR learned",
            "a model trained on other seeds routes cheaper, all in, than the rules of smart",
            f"{text_of(better, 1, 'bps')}; {_skill(trainings['learned'])}",
            better.high < 0,
        ),
        Row(
            "SOR learned, shuffled",
            "a model trained on shuffled outcomes does not (negative control)",
            f"{text_of(control, 1, 'bps')}; {_skill(trainings['shuffled'])}",
            control.high >= 0,
        ),
    ]


def _skill(training: Training) -> str:
    return f"skill out of sample {training.fill.skill:.1%} on fills, {training.move.skill:.1%} on moves"


PROOFS: Final = (Proof("SOR learned", (SHIPPED,), _learned),)
