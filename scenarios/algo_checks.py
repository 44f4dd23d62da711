"""What an algorithm of a scenario's orders cannot know alone: its router's venues, its files, its horizon."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from agents.algos.almgren_chriss import AlmgrenChriss
from agents.algos.volume_curve import CurveError
from scenarios.agent_parts import ListedOrder, OrderFlow, Router
from scenarios.algo_parts import AlgoPart, CloseAlgo, CurveFile, ImplementationShortfallAlgo, VwapAlgo
from scenarios.problems import TreePath, instead

Problems = Iterator[tuple[TreePath, str]]
"""(keys below the router's orders, what is wrong)."""


def algo_problems(router: Router, lit: Sequence[str], closes: Collection[str], folder: Path) -> Problems:
    """What is wrong with the algorithms of a router's orders.

    Args:
        lit: lit venues it is connected to; closes: venues with a closing auction.
        folder: where files are looked for.
    """
    for path, order in _orders(router):
        if order.algo is None:
            continue
        for keys, message in problems_of(order.algo, order.horizon, lit, closes, folder):
            yield (*path, "algo", *keys), message


def _orders(router: Router) -> Iterator[tuple[TreePath, OrderFlow | ListedOrder]]:
    if isinstance(router.orders, OrderFlow):
        yield (), router.orders
    else:
        yield from (((index,), order) for index, order in enumerate(router.orders))


def problems_of(algo: AlgoPart, horizon: int, lit: Sequence[str], closes: Collection[str], folder: Path) -> Problems:
    """What is wrong with one algorithm for an order of this horizon (ns); arguments as above."""
    venue = getattr(algo, "venue", None)
    if venue is not None and venue not in lit:
        yield ("venue",), f"{venue} is no lit venue of this router; {instead(venue, lit, 'connected')}"
    elif isinstance(algo, CloseAlgo) and venue is not None and venue not in closes:
        have = f"name one of {', '.join(sorted(closes))}" if closes else "add one to its `phases`"
        yield ("venue",), f"{venue} has no closing auction; {have}"
    if isinstance(algo, VwapAlgo) and isinstance(algo.curve, CurveFile):
        try:
            algo.volume_curve(folder)
        except CurveError as error:
            yield ("curve", "file"), str(error)
    if isinstance(algo, ImplementationShortfallAlgo):
        yield from _without_optimum(algo, horizon)


def _without_optimum(algo: ImplementationShortfallAlgo, horizon: int) -> Problems:
    try:
        AlmgrenChriss(
            shares=1,
            periods=algo.slices,
            tau=horizon / algo.slices / algo.time_unit,
            sigma=algo.volatility,
            gamma=algo.permanent_impact,
            eta=algo.temporary_impact,
            risk_aversion=algo.risk_aversion,
        )
    except ValueError as error:
        yield ("temporary_impact",), str(error)
