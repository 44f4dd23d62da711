"""From a file to a scenario, or to every problem of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from scenarios.crosschecks import Pieces, findings
from scenarios.fields import Known
from scenarios.knowledge import CheckReport, check_report
from scenarios.model import AnyAgent, AnyVenue, Scenario
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
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(document.tree, context=known)
    except ValidationError as error:
        problems += [_located(document, loc, message) for loc, message in explained(error)]
    pieces = pieces_of(document, known, scenario)
    problems += [document.problem(finding.path, finding.message) for finding in findings(pieces)]
    if problems or scenario is None:
        raise ScenarioError(_once_each(problems))
    return scenario.in_folder(document.folder)


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


def pieces_of(document: Document, known: Known, scenario: Scenario | None) -> Pieces:
    """The pieces to check against each other; of a scenario with problems, those that have none of their own."""
    read = _Salvage(document, known, scenario)
    feeds, instruments = read.value("feeds"), read.value("instruments")
    return Pieces(
        folder=document.folder,
        duration=read.value("duration"),
        warm_up=read.value("warm_up"),
        instrument=instruments[0] if instruments else None,
        has_fundamental=document.tree.get("fundamental") is not None,
        has_sip=None if feeds is None else feeds.sip is not None,
        sip=None if feeds is None else feeds.sip,
        venue_kinds=known.venues,
        venue_names=_names(document, "venues"),
        agent_names=_names(document, "agents"),
        venues=read.items("venues", AnyVenue),
        agents=read.items("agents", AnyAgent),
        expected=list(document.tree["expect"]) if isinstance(document.tree.get("expect"), dict) else [],
    )


class _Salvage:
    """Reads one value, or one list item, at a time where the whole could not be read."""

    def __init__(self, document: Document, known: Known, scenario: Scenario | None) -> None:
        self._document = document
        self._known = known
        self._scenario = scenario

    def value(self, key: str) -> Any:
        """The value of a top-level key, its default where it is missing; None: it has a mistake."""
        if self._scenario is not None:
            return getattr(self._scenario, key)
        field = Scenario.model_fields[key]
        if key not in self._document.tree:
            return None if field.is_required() else field.get_default(call_default_factory=True)
        kind = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        return self._read(kind, self._document.tree[key])

    def items(self, key: str, kind: Any) -> dict[int, Any]:
        """The items of a list, by index, without those that have a mistake."""
        if self._scenario is not None:
            return dict(enumerate(getattr(self._scenario, key)))
        read = {index: self._read(kind, item) for index, item in enumerate(_items(self._document, key))}
        return {index: item for index, item in read.items() if item is not None}

    def _read(self, kind: Any, value: Any) -> Any:
        try:
            return TypeAdapter(kind).validate_python(value, context=self._known)
        except ValidationError:
            return None


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
