"""``--set path=value``: changing a scenario's tree before it is validated.

A path is keys joined by points. An item of a list is addressed by its name (a venue, an agent) or by its index, as
``instruments.0.tick`` or ``instruments[0].tick``. The value is YAML. Rules beyond that:

- Setting the ``kind`` of a mapping to another kind drops its other keys, which belonged to the old kind; an agent or a
  venue keeps its own.
- Below a strategy given by its bare name, a parameter can be set: the name becomes a mapping with that kind.
- Below a latency that holds for every venue, one venue's can be set: the latency becomes the default of the others.
- A key that is not there yet is made; whether the scenario knows it, is seen when it is validated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from scenarios.problems import Problem, ScenarioError, TreePath, instead
from scenarios.quantities import show
from scenarios.source import Document, item_name, parse_value, plain

Settings = Mapping[str, Any] | Sequence[str]
"""``{"duration": "10s"}`` or ``["duration=10s"]``."""

FLAG: Final = "--set"
SEED_FLAG: Final = "--seed"

_BY_VENUE: Final = ("round_trip", "feed_latency", "latency", "news")
_LATENCY_KINDS: Final = (
    "constant",
    "normal",
    "lognormal",
    "gamma",
    "uniform",
    "exponential",
    "empirical",
    "sum",
    "wire",
)


class _WrongPath(Exception):
    """The path leads nowhere: where it stops, and why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message


def apply_settings(document: Document, settings: Settings) -> None:
    """Change the document's tree, setting by setting; what is wrong with one is added to the document's problems."""
    for path, value in _pairs(settings):
        try:
            _put(document, _steps(path), _parsed(path, value))
        except _WrongPath as wrong:
            document.problems.append(Problem(FLAG, None, None, wrong.path, wrong.message))


def apply_seed(document: Document, seed: int) -> None:
    """Replace the scenario's seed."""
    document.tree["seed"] = seed
    document.overrides[("seed",)] = SEED_FLAG


# -- one setting ------------------------------------------------------------------------------------


def _pairs(settings: Settings) -> Iterator[tuple[str, Any]]:
    if isinstance(settings, Mapping):
        yield from settings.items()
        return
    for setting in [settings] if isinstance(settings, str) else settings:
        path, equals, value = setting.partition("=")
        yield path.strip(), value if equals else None


def _steps(path: str) -> list[str]:
    steps = [step for step in re.split(r"\.|\[(\d+)\]", path) if step]
    if not steps:
        raise _WrongPath(path, "names nothing; write path=value, such as duration=10s")
    return steps


def _parsed(path: str, value: Any) -> Any:
    if value is None:
        raise _WrongPath(path, "has no value; write path=value, such as duration=10s")
    if not isinstance(value, str):
        return plain(value)
    try:
        return parse_value(value)
    except ScenarioError as error:
        raise _WrongPath(path, f"{value!r} {error.problems[0].message}") from None


def _put(document: Document, steps: list[str], value: Any) -> None:
    """Walk to the parent of the last step, opening what is closed, and put the value there."""
    path: TreePath = ()
    node: Any = document.tree
    created: TreePath | None = None
    while True:
        key, steps = _next_key(node, path, steps, document)
        exists = isinstance(node, list) or key in node
        path = (*path, key)
        created = created or (None if exists else path)
        if not steps:
            break
        if not exists:
            node[key] = {}
        node[key] = node = _opened(node[key], path, steps[0], document)
    _replace(node, key, value, inside_item=len(path) > 1 and isinstance(path[-2], int))
    document.overrides[created or path] = FLAG


def _replace(node: Any, key: str | int, value: Any, inside_item: bool) -> None:
    if key == "kind" and not inside_item and node.get("kind") != value:
        node.clear()
    node[key] = value


def _next_key(node: Any, path: TreePath, steps: list[str], document: Document) -> tuple[str | int, list[str]]:
    """The key in this mapping or list that the next steps name, and the steps after it."""
    if isinstance(node, list):
        return _item(node, path, steps[0], document), steps[1:]
    for length in range(len(steps), 0, -1):  # a key may have points in it, such as client.fill_rate
        key = ".".join(steps[:length])
        if key in node:
            return key, steps[length:]
    if path == ("expect",) and len(steps) > 1:
        return ".".join(steps[:-1]), steps[-1:]
    return steps[0], steps[1:]


def _item(items: list[Any], path: TreePath, step: str, document: Document) -> int:
    names = [item_name(item) for item in items]
    if names.count(step) == 1:
        return names.index(step)
    where = f"{document.name_of(path)}.{step}"
    if step in names:
        raise _WrongPath(
            where, f"{names.count(step)} items have this name; write the index, such as {names.index(step)}"
        )
    if step.isdigit() and int(step) < len(items):
        return int(step)
    known = [name for name in names if name]
    raise _WrongPath(where, f"nothing here is named {step!r}; {instead(step, known, document.name_of(path))}")


def _opened(node: Any, path: TreePath, step: str, document: Document) -> Any:
    """What can hold the step: the value itself, or the mapping that it is short for."""
    if path[-1] in _BY_VENUE and _is_latency(node) and step in _venue_names(document):
        return {"default": node}
    if isinstance(node, (dict, list)):
        return node
    if node is None:
        return {}
    if path[-1] == "strategy" and isinstance(node, str):
        strategies = document.tree.get("strategies")
        variant = strategies.get(node) if isinstance(strategies, dict) else None
        return deepcopy(variant) if isinstance(variant, dict) else {"kind": node}
    raise _WrongPath(
        f"{document.name_of(path)}.{step}", f"{document.name_of(path)} is {show(node)}, which has no {step!r}"
    )


def _is_latency(node: Any) -> bool:
    if isinstance(node, dict):
        return node.get("kind") in _LATENCY_KINDS or "base" in node
    return isinstance(node, str)


def _venue_names(document: Document) -> list[str | None]:
    venues = document.tree.get("venues")
    return [item_name(venue) for venue in venues] if isinstance(venues, list) else []
