"""What can be read of a scenario in spite of its mistakes, so that the pieces can still be checked against each other.

A key with a mistake is read as if its example stood there; an item of a list that cannot be mended so is left out. What
a check finds below such a key is not told: the key has a problem of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from scenarios.agent_parts import AnyAgent
from scenarios.crosschecks import Pieces
from scenarios.fields import Known
from scenarios.market_parts import AnyVenue
from scenarios.model import Scenario
from scenarios.part import Part
from scenarios.problems import TreePath
from scenarios.source import Document, item_name, parse_value

_STAND_INS: Final = {
    "name": "unnamed",
    "instruments": [{"symbol": "NONE", "price": 1}],
    "venues": [{"name": "NONE", "kind": "lit"}],
}
"""For required keys that could not be read; no check looks at them."""


def _models(union: Any) -> dict[str, type[Part]]:
    """The classes of a union by their kind; those of the user's own have none."""
    classes = [get_args(choice)[0] for choice in get_args(get_args(union)[0])]
    kinds = {get_args(model.model_fields["kind"].annotation): model for model in classes}
    return {kind[0]: model for kind, model in kinds.items() if kind}


_ITEMS: Final[Mapping[str, dict[str, type[Part]]]] = {"venues": _models(AnyVenue), "agents": _models(AnyAgent)}
"""Lists whose items are read one by one: kind -> class."""


_NAMED: Final = ("sites",)
"""Mappings of which one entry can be wrong and the others stand."""


def items_of(tree: Mapping[str, Any], key: str) -> list[Any]:
    """The items of a list, none where there is no list."""
    items = tree.get(key)
    return items if isinstance(items, list) else []


def names_of(tree: Mapping[str, Any], key: str) -> list[str | None]:
    """What each item of a list is called."""
    return [item_name(item) for item in items_of(tree, key)]


class Readable(NamedTuple):
    """A scenario, and which items of the file its venues and agents are."""

    scenario: Scenario
    indexes: Mapping[str, list[int]]


def whole(scenario: Scenario) -> Readable:
    """A scenario that could be read as it is."""
    return Readable(scenario, {key: list(range(len(getattr(scenario, key)))) for key in _ITEMS})


def readable_part(tree: Mapping[str, Any], known: Known, mistaken: Iterable[TreePath]) -> Readable:
    """The scenario without what is mistaken."""
    paths = {path[:3] for path in mistaken}
    top = {key: value for key, value in tree.items() if key in Scenario.model_fields and not _touched(key, paths)}
    top |= {key: _sound(tree, key, paths) for key in _NAMED if _has_wrong_names(key, paths)}
    for mend in (_mended, _left_out):
        lists = {key: _items(tree, key, paths, mend) for key in _ITEMS if (key,) not in paths}
        items = {key: list(mended.values()) for key, mended in lists.items() if mended}
        try:
            scenario = Scenario.model_validate({**_STAND_INS, **top, **items}, context=known)
        except ValidationError:  # an example that does not fit this market
            continue
        return Readable(scenario, {key: list(lists.get(key, ())) for key in _ITEMS})
    return Readable(Scenario.model_validate(_STAND_INS), {key: [] for key in _ITEMS})


def _items(tree: Mapping[str, Any], key: str, paths: set[TreePath], mend: Callable[..., Any]) -> dict[int, Any]:
    mended = {index: mend(key, item, index, paths) for index, item in enumerate(items_of(tree, key))}
    return {index: item for index, item in mended.items() if item is not None}


def _touched(key: str, paths: set[TreePath]) -> bool:
    return key in _ITEMS or any(path[0] == key for path in paths)


def _has_wrong_names(key: str, paths: set[TreePath]) -> bool:
    """Whether all that is wrong with a mapping is entries of it."""
    return (key,) not in paths and any(path[0] == key for path in paths)


def _sound(tree: Mapping[str, Any], key: str, paths: set[TreePath]) -> dict[str, Any]:
    """The entries of a mapping with nothing wrong in them."""
    wrong = _wrong_names(key, paths)
    return {name: entry for name, entry in tree[key].items() if name not in wrong}


def _wrong_names(key: str, paths: set[TreePath]) -> set[str]:
    return {str(path[1]) for path in paths if path[0] == key and len(path) > 1}


def _left_out(key: str, item: Any, index: int, paths: set[TreePath]) -> Any:
    return None if any(path[:2] == (key, index) for path in paths) else item


def _mended(key: str, item: Any, index: int, paths: set[TreePath]) -> Any:
    """The item with examples for the keys with mistakes; ``None``: that is not possible."""
    wrong = [path[2:] for path in paths if path[:2] == (key, index)]
    if not wrong:
        return item
    kind = item.get("kind") if isinstance(item, dict) else None
    model = _ITEMS[key].get(kind) if isinstance(kind, str) else None
    if model is None or () in wrong:
        return None
    bad = {str(step) for (step,) in wrong}
    mended = {name: value for name, value in item.items() if name not in bad}
    for name in bad & model.model_fields.keys():
        for example in model.model_fields[name].examples or ():
            mended[name] = parse_value(str(example))
    return mended


def pieces_of(document: Document, known: Known, readable: Readable, mistaken: Iterable[TreePath]) -> Pieces:
    """The pieces to check against each other: those of the readable part, with their places in the file."""
    tree, paths = document.tree, {path[:3] for path in mistaken}
    required = {key for key, field in Scenario.model_fields.items() if field.is_required()}
    unread = {path[0] for path in paths if not (path[0] in _NAMED and _has_wrong_names(str(path[0]), paths))}
    unread |= required - tree.keys()

    def value(key: str) -> Any:
        return None if key in unread else getattr(readable.scenario, key)

    def items(key: str) -> dict[int, Any]:
        return dict(zip(readable.indexes[key], getattr(readable.scenario, key), strict=False))

    instruments, feeds = value("instruments"), value("feeds")
    return Pieces(
        folder=document.folder,
        duration=value("duration"),
        warm_up=value("warm_up"),
        instrument=None if instruments is None else instruments[0],
        has_fundamental=tree.get("fundamental") is not None,
        feeds=feeds,
        halts=value("halts"),
        venue_kinds=known.venues,
        venue_names=names_of(tree, "venues"),
        agent_names=names_of(tree, "agents"),
        venues=items("venues"),
        agents=items("agents"),
        expected=list(tree["expect"]) if isinstance(tree.get("expect"), dict) else [],
        mistaken=frozenset(paths),
        fundamental=value("fundamental"),
        regime=value("regime"),
        sites=value("sites"),
        unread_sites=frozenset(_wrong_names("sites", paths)),
        media=value("media"),
        abstract=value("abstract"),
    )
