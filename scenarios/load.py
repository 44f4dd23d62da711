"""From a file to a scenario, or to every problem of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenarios.crosschecks import Pieces, findings
from scenarios.fields import Known
from scenarios.knowledge import CheckReport, check_report
from scenarios.model import Scenario
from scenarios.part import explained
from scenarios.problems import Problem, ScenarioError, TreePath
from scenarios.settings import Settings, apply_seed, apply_settings
from scenarios.source import Document, built_ins, item_name, read

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
    problems = list(document.problems)
    known = known_names(document)
    mistakes = []
    try:
        readable = Scenario.model_validate(document.tree, context=known)
    except ValidationError as error:
        mistakes = list(explained(error))
        problems += [_located(document, loc, message) for loc, message in mistakes]
        readable = _readable_part(document, known, {loc[:2] for loc, _ in mistakes})
    pieces = _pieces(document, known, readable, {loc[:2] for loc, _ in mistakes})
    problems += [document.problem(finding.path, finding.message) for finding in findings(pieces)]
    if problems:
        raise ScenarioError(_once_each(problems))
    return readable.in_folder(document.folder)


def known_names(document: Document) -> Known:
    """What references may point at, as far as the tree can be understood."""
    strategies = document.tree.get("strategies")
    venues = zip(_names(document, "venues"), _items(document, "venues"), strict=True)
    return Known(
        venues={name: str(item.get("kind")) for name, item in venues if name},
        strategies=strategies if isinstance(strategies, dict) else {},
        folder=document.folder,
    )


def _items(document: Document, key: str) -> list[Any]:
    items = document.tree.get(key)
    return items if isinstance(items, list) else []


def _names(document: Document, key: str) -> list[str | None]:
    return [item_name(item) for item in _items(document, key)]


# -- what can be read in spite of problems ----------------------------------------------------------

_LISTS: Final = ("venues", "agents")
"""Keys whose items are read one by one."""

_STAND_INS: Final = {
    "name": "unnamed",
    "instruments": [{"symbol": "NONE", "price": 1}],
    "venues": [{"name": "NONE", "kind": "lit"}],
}
"""For required keys that could not be read; no check looks at them."""


def _readable_part(document: Document, known: Known, mistaken: set[TreePath]) -> Scenario:
    """The scenario without the keys, and the items of lists, that have mistakes."""
    tree = dict(_STAND_INS)
    for key, value in document.tree.items():
        if key in Scenario.model_fields and (key,) not in mistaken:
            if key in _LISTS and (items := [value[index] for index in _intact(value, key, mistaken)]):
                tree[key] = items
            elif key not in _LISTS and not any(path[0] == key for path in mistaken):
                tree[key] = value
    return Scenario.model_validate(tree, context=known)


def _intact(items: list[Any], key: str, mistaken: set[TreePath]) -> list[int]:
    return [index for index in range(len(items)) if (key, index) not in mistaken]


def _pieces(document: Document, known: Known, readable: Scenario, mistaken: set[TreePath]) -> Pieces:
    """The pieces to check against each other."""
    required = {key for key, field in Scenario.model_fields.items() if field.is_required()}
    unread = {path[0] for path in mistaken} | (required - document.tree.keys())

    def value(key: str) -> Any:
        return None if key in unread else getattr(readable, key)

    def items(key: str) -> dict[int, Any]:
        indexes = [] if (key,) in mistaken else _intact(_items(document, key), key, mistaken)
        return dict(zip(indexes, getattr(readable, key), strict=False))

    instruments, feeds = value("instruments"), value("feeds")
    return Pieces(
        folder=document.folder,
        duration=value("duration"),
        warm_up=value("warm_up"),
        instrument=None if instruments is None else instruments[0],
        has_fundamental=document.tree.get("fundamental") is not None,
        has_sip=None if feeds is None else feeds.sip is not None,
        sip=None if feeds is None else feeds.sip,
        venue_kinds=known.venues,
        venue_names=_names(document, "venues"),
        agent_names=_names(document, "agents"),
        venues=items("venues"),
        agents=items("agents"),
        expected=list(document.tree["expect"]) if isinstance(document.tree.get("expect"), dict) else [],
    )


# -- places -----------------------------------------------------------------------------------------


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


def _once_each(problems: list[Problem]) -> list[Problem]:
    """In the file's order; a mistake that aliases repeat is told where it stands, once."""
    told: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        place = problem.path if problem.line is None else (problem.line, problem.column)
        told.setdefault((problem.file, place, problem.message), problem)
    return sorted(told.values(), key=_order)


def _order(problem: Problem) -> tuple[bool, int, int]:
    return problem.line is None, problem.line or 0, problem.column or 0
