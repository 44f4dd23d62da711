"""A routing decision of each built-in strategy: 12 lit venues with 5 price levels each, 2 dark pools, all measured.

Timed is `decide`: from looking at the view to the actions, with scores and terms; not the driver, the log and the wire.
The strategies look at the best quotes as they are used by default, then at all 5 levels of every venue (`levels: 5`).
`learned` asks two forests of the shape that `sorsim train` grows, fitted to noise, of all venues at once.
The view is a parent's run over quotes from a fixed seed; rounds of strategies and a loop of plain additions take turns,
so that what else the machine does meets all alike.

    python benchmarks/decisions.py [decisions]
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from machine import calibration, describe

from agents.orders import ParentOrder
from agents.parent_run import ParentRun
from agents.strategies import REGISTRY
from agents.strategies.memory import Memory
from agents.strategies.rounds import InRounds
from agents.strategy import VenueDepth
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, buy
from venues.messages import Quote, Side

VENUES, LEVELS, POOLS = 12, 5, 2
RECENT = 10
"""Quotes of each venue in the last 10 ms, about as many as in the flagship scenario."""

DECISIONS, ROUNDS = 400, 9
TARGET_US, FORESTS_TARGET_US = 50.0, 500.0
LIT_ALONE = {kind: {"min_dark_qty": 1_000_000} for kind in ("dark_first", "smart")}
"""What would only ask a pool looks at lit venues here."""

LEARNED = "learned"
STRATEGIES = ("price_time", "fee_aware", "latency_aware", "dark_first", "smart", "broadcast", LEARNED)


class Deep(ScriptedMarket):
    """Quotes with levels behind them."""

    def __init__(self, seed: int = 1) -> None:
        draw = random.Random(seed)
        names = [f"VENUE_{number:02}" for number in range(VENUES)]
        pools = [f"POOL_{number}" for number in range(POOLS)]
        lit = {
            name: (
                99_9900 - 100 * draw.randint(0, 2),
                300,
                100_0000 + 100 * draw.randint(0, 2),
                100 * draw.randint(1, 9),
            )
            for name in names
        }
        every = [*names, *pools]
        seen = ScriptedExperience(
            {name: draw.randint(200, 600) * 1_000 for name in every},
            {name: draw.uniform(0.6, 1.0) for name in every},
            {name: draw.uniform(-40.0, 60.0) for name in every},
        )
        fees = {name: draw.choice([3_000, 2_500, 900, -200]) for name in names}
        super().__init__(lit, dict.fromkeys(pools, 100), taker_fees=fees, experience=seen)
        self._depth = {
            name: VenueDepth(((quote.bid, 300),), tuple((quote.ask + 100 * n, 300) for n in range(LEVELS)))
            for name, quote in self.quotes.items()
        }
        self.shown = list(self.quotes.values())
        self.recent = {name: [Quote(n, n, *self.quotes[name][1:5]) for n in range(1, RECENT)] for name in names}

    def depth(self, venue: str) -> VenueDepth:
        """Five levels, made beforehand as a reader of a depth feed has them."""
        return self._depth[venue]


class Desk:
    """A router that stands still: what a view asks of it."""

    def __init__(self, market: Deep) -> None:
        self.market = market
        self.lit, self.dark = list(market.quotes), list(market.dark_qty)
        self.facts, self.experience = market.facts, market.experience
        self.depth = market.depth
        self.recent = market.recent.__getitem__

    def now(self) -> int:
        """ns"""
        return 1_000_000

    def look(self) -> list[object]:
        """The quotes."""
        return self.market.shown  # type: ignore[return-value]


def idle(parent: ParentOrder, view: object):  # type: ignore[no-untyped-def]
    """The strategy of the run that serves as a view."""
    yield []


def microseconds(strategy: InRounds, parent: ParentOrder, decisions: int) -> float:
    """CPU time of a decision."""
    view = ParentRun(parent, idle, Desk(Deep()))  # type: ignore[arg-type]
    memory = Memory(2, 5_000_000)
    decide = strategy.decide
    started = time.process_time()
    for _ in range(decisions):
        decide(parent, view, memory)
    return (time.process_time() - started) / decisions * 1e6


def trained(folder: Path) -> Path:
    """A model whose forests were fitted to noise: as deep and as many as those that learn something."""
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    from agents.learned.forest import IntegerForest
    from agents.learned.model import RoutingModel
    from agents.venue_features import LARGEST, VenueFeatures
    from analysis.learning.forests import ForestShape

    shape, names, noise = ForestShape(), VenueFeatures._fields, np.random.default_rng(1)
    rows, outcomes = noise.integers(-1_000, 1_000, (20_000, len(names))), noise.random(20_000)
    forest = RandomForestRegressor(
        shape.trees, max_depth=shape.depth, min_samples_leaf=shape.leaf, max_features=0.5, random_state=1
    ).fit(rows, outcomes)
    whole = IntegerForest.of_scikit_learn(forest)
    bounds = (-LARGEST,) * len(names), (LARGEST,) * len(names)
    path = folder / "noise.model"
    RoutingModel(names, whole, whole, *bounds, {"seeds": []}).save(path)
    return path


def strategies(model: Path) -> dict[tuple[str, int], InRounds]:
    """Each strategy by its name and the levels that it looks at."""
    options: dict[str, dict[str, object]] = {**LIT_ALONE, LEARNED: {**LIT_ALONE["smart"], "file": str(model)}}
    return {
        (kind, levels): REGISTRY[kind](levels=levels, reach=None, **options.get(kind, {}))  # type: ignore[arg-type]
        for kind in STRATEGIES
        for levels in (1, LEVELS)
        if kind != "broadcast" or levels == 1
    }


def main(decisions: int = DECISIONS) -> int:
    """1 when a strategy that looks at best quotes, or at all levels, misses the target."""
    print(describe())
    parent = buy(5_000)
    assert parent.side is Side.BUY
    with TemporaryDirectory() as folder:
        cases = strategies(trained(Path(folder)))
    taken: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    speeds = []
    for _ in range(ROUNDS):
        speeds.append(calibration(500_000))
        for case, strategy in cases.items():
            taken[case].append(microseconds(strategy, parent, decisions))
    print(f"{median(speeds):.1f} million additions a second; {VENUES} venues, {LEVELS} levels, {POOLS} pools\n")
    missed = 0
    for (kind, levels), times in taken.items():
        what = "best quotes" if levels == 1 else f"{levels} levels"
        print(f"{kind:<15} {what:<12} median {median(times):6.1f} us, best {min(times):6.1f} us")
        missed += median(times) > (FORESTS_TARGET_US if kind == LEARNED else TARGET_US)
    verdict = "met" if not missed else f"{missed} of {len(taken)} above it"
    print(f"\ntarget {TARGET_US:.0f} us a decision, {FORESTS_TARGET_US:.0f} us with forests: {verdict}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
