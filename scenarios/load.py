"""From a file to a scenario, or to every problem of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios.crosschecks import Finding, findings
from scenarios.fields import Known
from scenarios.knowledge import CheckReport, check_report
from scenarios.model import Scenario
from scenarios.part import explained
from scenarios.problems import Problem, ScenarioError, TreePath
from scenarios.salvage import items_of, names_of, pieces_of, readable_part, whole
from scenarios.settings import Settings, apply_seed, apply_settings
from scenarios.source import Document, built_ins, read

__all__ = ["CheckReport", "Problem", "ScenarioError", "built_ins", "check", "load"]


Source = str | Path | Mapping[str, Any] | Scenario
"""What a scenario can be made from."""


def load(source: Source, set: Settings = (), seed: int | None = None) -> Scenario:
    """A scenario from a file, from the name of a built-in one, from a mapping, or from another scenario.

    Args:
        source: a path, a name such as ``us_equities``, the mapping that a file would hold, or a scenario to change.
        set: changes by path, ``["venues.IEX.speed_bump=1ms"]`` or ``{"duration": "10s"}``; see `scenarios.settings`.
        seed: replaces the scenario's seed.

    Raises:
        ScenarioError: with every problem of the file and of the settings.
    """
    document = read(source.model_dump() if isinstance(source, Scenario) else source)
    if isinstance(source, Scenario):
        document.folder = source.folder
    apply_settings(document, set)
    if seed is not None:
        apply_seed(document, seed)
    return scenario_of(document)


def check(source: Source, set: Settings = (), seed: int | None = None) -> CheckReport:
    """The scenario and who sees what in it; its ``str()`` is a table. Arguments and errors as :func:`load`."""
    return check_report(load(source, set, seed))


def scenario_of(document: Document) -> Scenario:
    """The scenario of a document. Errors as :func:`load`."""
    known = known_names(document)
    mistakes: list[Finding] = []
    try:
        readable = whole(Scenario.model_validate(document.tree, context=known))
    except ValidationError as error:
        mistakes = [_mistake(document.tree, loc, message) for loc, message in explained(error)]
        readable = readable_part(document.tree, known, [mistake.path for mistake in mistakes])
    found = findings(pieces_of(document, known, readable, [mistake.path for mistake in mistakes]))
    problems = [*document.problems]
    problems += [document.problem(each.path, each.message, each.at_key) for each in (*mistakes, *found)]
    if problems:
        raise ScenarioError(_once_each(problems))
    return readable.scenario.in_folder(document.folder)


def known_names(document: Document) -> Known:
    """What references may point at, as far as the tree can be understood."""
    strategies = document.tree.get("strategies")
    venues = zip(names_of(document.tree, "venues"), items_of(document.tree, "venues"), strict=True)
    return Known(
        venues={name: str(item.get("kind")) for name, item in venues if name},
        strategies=strategies if isinstance(strategies, dict) else {},
        folder=document.folder,
    )


# -- places -----------------------------------------------------------------------------------------


def _mistake(tree: dict[str, Any], loc: tuple[int | str, ...], message: str) -> Finding:
    """The mistake at a location as pydantic tells it, which names steps that a tree does not have."""
    path: TreePath = ()
    node: Any = tree
    for index, step in enumerate(loc):
        if step in node if isinstance(node, dict) else isinstance(node, list) and isinstance(step, int):
            path, node = (*path, step), node[step]
        elif index == len(loc) - 1 and isinstance(node, dict) and step not in ("[key]", node.get("kind")):
            path = (*path, step)
    return Finding(path, message, at_key=loc[-1:] == ("[key]",) or message.startswith("unknown key"))


def _once_each(problems: list[Problem]) -> list[Problem]:
    """In the file's order; a mistake that aliases repeat is told where it stands, once."""
    told: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        place = problem.path if problem.line is None else (problem.line, problem.column)
        told.setdefault((problem.file, place, problem.message), problem)
    return sorted(told.values(), key=_order)


def _order(problem: Problem) -> tuple[bool, int, int]:
    return problem.line is None, problem.line or 0, problem.column or 0
