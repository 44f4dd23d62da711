"""A market in which an algorithm's slices can be followed: one deep venue, prints on demand."""

from __future__ import annotations

from typing import Any

from agents.algos.algo import Algo, Instructions
from agents.planned import PlannedParent
from agents.router import Router
from agents.strategies.price_time import PriceTime
from agents.tables import PARENT_STATUS
from tests.agents.builders import BUY, MS, SELL, Stage, router

BID, ASK = 99_9900, 100_0100
START, HORIZON = 1 * MS, 100 * MS


def deep_market(*lit: str, qty: int = 1_000_000, **more: Any) -> Stage:
    """Venues (or NYSE alone) with so many shares at $99.99 and at $100.01."""
    stage = Stage(*lit or ("NYSE",), **more)
    for venue in stage.lit_names():
        stage.rests(venue, BUY, qty, BID)
        stage.rests(venue, SELL, qty, ASK)
    return stage


def order(algo: Algo, qty: int = 1_000, **more: Any) -> PlannedParent:
    """An order to buy, from 1 ms on for 100 ms, worked by the algorithm."""
    terms = {key: more.pop(key) for key in ("at_end", "max_participation") if key in more}
    instructions = Instructions(more.pop("kind", "twap"), algo, **terms)
    return PlannedParent(START, more.pop("side", BUY), qty, more.pop("limit", None), None, HORIZON, instructions)


def work(stage: Stage, *orders: PlannedParent, until: int = START + 2 * HORIZON, **more: Any) -> Router:
    """Let a router work the orders; it takes what is displayed within their limits."""
    made = router(stage, more.pop("strategy", PriceTime(reach=None)), *orders, **more)
    stage.run(until=until)
    return made


def slices(stage: Stage) -> list[tuple[int, int]]:
    """(ns since the order's arrival, shares) of each slice."""
    return [(row["at"] - START, row["qty"]) for row in stage.rows("algo_slices")]


def sizes(stage: Stage) -> list[int]:
    return [qty for _, qty in slices(stage)]


def end(stage: Stage) -> tuple[str, int, int]:
    """(how, filled, left) of the one order."""
    (row,) = stage.rows("algo_ends")
    return PARENT_STATUS[row["status"]], row["cum_qty"], row["leaves_qty"]
