"""From a file to a scenario, or to every problem of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios.fields import Known
from scenarios.model import Scenario
from scenarios.part import explained
from scenarios.problems import Problem, ScenarioError, TreePath
from scenarios.settings import Settings, apply_seed, apply_settings
from scenarios.source import Document, built_ins, item_name, read

__all__ = ["Problem", "ScenarioError", "built_ins", "load"]


def load(source: str | Path | Mapping[str, Any], set: Settings = (), seed: int | None = None) -> Scenario:
    """A scenario from a file, from the name of a built-in one, or from a mapping.

    Args:
        source: a path, a name such as ``us_equities``, or the mapping that a file would hold.
        set: changes by path, ``["venues.IEX.speed_bump=1ms"]`` or ``{"duration": "10s"}``; see `scenarios.settings`.
        seed: replaces the scenario's seed.

    Raises:
        ScenarioError: with every problem of the file and of the settings.
    """
    document = read(source)
    apply_settings(document, set)
    if seed is not None:
        apply_seed(document, seed)
    return scenario_of(document)


def scenario_of(document: Document) -> Scenario:
    """The scenario of a document. Errors as :func:`load`."""
    problems = list(document.problems)
    try:
        scenario = Scenario.model_validate(document.tree, context=known_names(document))
    except ValidationError as error:
        problems += [_located(document, loc, message) for loc, message in explained(error)]
    if problems:
        raise ScenarioError(sorted(problems, key=_order))
    return scenario.in_folder(document.folder)


def known_names(document: Document) -> Known:
    """What references may point at, as far as the tree can be understood."""
    venues, strategies = document.tree.get("venues"), document.tree.get("strategies")
    items = venues if isinstance(venues, list) else []
    named = {item_name(item): str(item.get("kind")) for item in items if isinstance(item, dict)}
    return Known(
        venues={name: kind for name, kind in named.items() if name},
        strategies=strategies if isinstance(strategies, dict) else {},
        folder=document.folder,
    )


def _located(document: Document, loc: tuple[int | str, ...], message: str) -> Problem:
    """The problem at a location as pydantic tells it, which names steps that a file does not have."""
    path: TreePath = ()
    node: Any = document.tree
    for index, step in enumerate(loc):
        if step in node if isinstance(node, dict) else isinstance(node, list) and isinstance(step, int):
            path, node = (*path, step), node[step]
        elif index == len(loc) - 1 and isinstance(node, dict) and step != "[key]":
            path = (*path, step)
    return document.problem(path, message, at_key=loc[-1:] == ("[key]",) or message.startswith("unknown key"))


def _order(problem: Problem) -> tuple[bool, int, int]:
    return problem.line is None, problem.line or 0, problem.column or 0
