"""The parameters of a strategy: what they are called, what they may hold, and what to say when one is wrong.

A built-in strategy is a frozen dataclass; its fields are its parameters and the ``Attributes:`` section of its
docstring describes them, so that a scenario file, the JSON schema for editors and an error message all say the same.
A strategy of the user's own may be any class or generator function: its parameters are then those of its signature.
"""

from __future__ import annotations

import collections.abc
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

Duration = Annotated[int, "duration"]
"""Whole nanoseconds; a scenario file writes them with a unit (``350us``)."""

FileName = Annotated[str, "file"]
"""A file, relative to the scenario's folder or else to where the program runs."""

REQUIRED: Final = inspect.Parameter.empty
"""The default of a parameter that has none."""

_HANDED_OVER: Final = ("parent", "view")
"""What the driver gives a strategy that is a plain generator function; the rest of its arguments are parameters."""


class Parameter(NamedTuple):
    """One parameter of a strategy.

    ``hint`` is its type (``Any`` when it has none), ``default`` may be :data:`REQUIRED`, ``minimum`` None: no bound.
    """

    name: str
    hint: Any
    default: Any
    description: str
    minimum: int | None = None


class Problem(NamedTuple):
    """What is wrong with one parameter; ``parameter`` is empty when it is the strategy's name or code."""

    parameter: str
    message: str


class StrategyProblems(ValueError):
    """Everything that is wrong with a strategy's name or parameters, at once: see :attr:`problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.message for problem in self.problems))


# -- what a strategy takes ------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def parameters_of(strategy: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters of a strategy class or of a generator function, in the order of their definition.

    A dataclass may bound them from below with a class attribute ``minimums``, name -> smallest value.

    >>> def patient(parent, view, *, pause: Duration = 1_000_000): ...
    >>> [(p.name, p.default) for p in parameters_of(patient)]
    [('pause', 1000000)]
    """
    hints = _hints(strategy)
    described = descriptions(strategy)
    minimums: Mapping[str, int] = getattr(strategy, "minimums", {})
    return tuple(
        Parameter(name, hints.get(name, Any), default, described.get(name, ""), minimums.get(name))
        for name, default in _defaults(strategy).items()
    )


def _defaults(strategy: Callable[..., Any]) -> dict[str, Any]:
    if isinstance(strategy, type) and is_dataclass(strategy):
        return {f.name: _default_of(f) for f in fields(strategy) if f.init}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    arguments = [p for p in inspect.signature(strategy).parameters.values() if p.kind in named]
    if not isinstance(strategy, type):
        arguments = [p for p in arguments[2:] if p.name not in _HANDED_OVER]
    return {p.name: p.default for p in arguments}


def _default_of(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return REQUIRED if field.default is MISSING else field.default


def _hints(strategy: Callable[..., Any]) -> dict[str, Any]:
    annotated = strategy if not isinstance(strategy, type) or is_dataclass(strategy) else cast("Any", strategy).__init__
    try:
        return get_type_hints(annotated, include_extras=True)
    except (NameError, TypeError):  # a name only a type checker knows: nothing to check values against
        return {}


def descriptions(strategy: Callable[..., Any]) -> dict[str, str]:
    """The ``Attributes:`` (or ``Args:``) section of the docstring as name -> text; a class adds to its bases'."""
    found: dict[str, str] = {}
    for owner in reversed(strategy.__mro__) if isinstance(strategy, type) else (strategy,):
        found |= _attributes_section(inspect.cleandoc(owner.__doc__ or ""))
    return found


def _attributes_section(doc: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name, inside = "", False
    for line in doc.splitlines():
        if line.rstrip() in ("Attributes:", "Args:"):
            inside = True
        elif inside and line.startswith(" " * 8) and name:
            found[name] += " " + line.strip()
        elif inside and line.startswith(" " * 4):
            name, _, text = line.strip().partition(":")
            found[name] = text.strip()
        elif line.strip():
            inside = False
    return found


# -- what a parameter may hold --------------------------------------------------------------------------


def check_values(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> list[Problem]:
    """A problem for each value that does not fit its parameter; a hint we do not know fits everything."""
    problems: list[Problem] = []
    for parameter in parameters:
        if parameter.name in values:
            problems += _problems_of(parameter, values[parameter.name])
    return problems


def _problems_of(parameter: Parameter, value: Any) -> list[Problem]:
    name, group = parameter.name, group_of(parameter.hint)
    if group is not None and isinstance(value, Mapping):
        inner = parameters_of(group)
        problems = [*unknown_names(inner, value, name), *check_values(inner, value)]
        return [
            Problem(name, problem.message if problem.message.startswith(f"{name}.") else f"{name}.{problem.message}")
            for problem in problems
        ]
    wanted = _wanted_instead(value, parameter)
    return [Problem(name, f"{name} = {value!r}: must be {wanted}")] if wanted else []


def group_of(hint: Any) -> Callable[..., Any] | None:
    """The dataclass that a parameter with parameters of its own is, optional or not; None: it is no such group."""
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return next((choice for choice in choices if isinstance(choice, type) and is_dataclass(choice)), None)


def _wanted_instead(value: Any, parameter: Parameter) -> str:
    if not _fits(value, parameter.hint):
        nearest = _nearest_choice(value, parameter.hint)
        return _in_words(parameter.hint) + (f"; did you mean {nearest!r}?" if nearest else "")
    if parameter.minimum is not None and value is not None and value < parameter.minimum:
        return f"{parameter.minimum} or more"
    return ""


def check_fields(strategy: Any) -> None:
    """Check a dataclass instance against its own hints and minimums; for a ``__post_init__``.

    Raises:
        StrategyProblems: all that is wrong with it.
    """
    problems = check_values(parameters_of(cast("Callable[..., Any]", type(strategy))), vars(strategy))
    if problems:
        raise StrategyProblems(problems)


def unknown_names(parameters: Iterable[Parameter], values: Iterable[str], owner: str) -> list[Problem]:
    """A problem for each name that is no parameter of ``owner``, with the nearest one that is."""
    known = [parameter.name for parameter in parameters]
    return [
        Problem(name, f"{name}: {owner} has no such parameter; {suggest(name, known)}")
        for name in values
        if name not in known
    ]


def suggest(seen: str, known: Iterable[str]) -> str:
    """What somebody who wrote ``seen`` may have meant, and all there is.

    >>> suggest("smrt", ["broadcast", "smart"])
    "did you mean 'smart'? (known: broadcast, smart)"
    """
    names = list(known)
    if not names:
        return "there are none"
    nearest = get_close_matches(seen, names, n=1, cutoff=0.6)
    listed = f"known: {', '.join(names)}"
    return f"did you mean {nearest[0]!r}? ({listed})" if nearest else listed


def not_connected(parameter: str, seen: str, kind: str, known: Iterable[str]) -> Problem:
    """A parameter names a venue that the router is not connected to.

    >>> not_connected("pools", "SIGMA", "dark pool", ["SIGMA_DARK"]).message
    "pools: the router is connected to no dark pool 'SIGMA'; did you mean 'SIGMA_DARK'? (known: SIGMA_DARK)"
    """
    return Problem(parameter, f"{parameter}: the router is connected to no {kind} {seen!r}; {suggest(seen, known)}")


def _fits(value: Any, hint: Any) -> bool:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _fits(value, inside[0])
    if origin is Literal:
        return any(value is choice or (type(value) is type(choice) and value == choice) for choice in inside)
    if origin in (Union, UnionType):
        return any(_fits(value, choice) for choice in inside)
    if origin is tuple:
        return isinstance(value, list | tuple) and all(_fits(item, inside[0]) for item in value)
    if origin is collections.abc.Mapping:
        return isinstance(value, Mapping) and all(_fits(k, inside[0]) and _fits(v, inside[1]) for k, v in value.items())
    if isinstance(hint, type) and is_dataclass(hint):
        return isinstance(value, hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (str, bool):
        return isinstance(value, hint)
    return value is None if hint is NoneType or hint is None else True


def _in_words(hint: Any) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return "a whole number of ns (in a scenario file: 350us)" if "duration" in inside else _in_words(inside[0])
    if origin is Literal:
        return "one of " + ", ".join(map(str, inside)) if len(inside) > 1 else str(inside[0])
    if origin in (Union, UnionType):
        return " or ".join(_in_words(choice) for choice in inside)
    if origin is tuple:
        return f"a list, each item {_in_words(inside[0])}"
    if origin is collections.abc.Mapping:
        return f"a mapping, each value {_in_words(inside[1])}"
    if isinstance(hint, type) and is_dataclass(hint):
        return f"a mapping of {', '.join(p.name for p in parameters_of(hint))}"
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "null"}
    return words.get(hint, str(hint))


def _nearest_choice(seen: Any, hint: Any) -> str | None:
    if get_origin(hint) is not Literal or not isinstance(seen, str):
        return None
    nearest = get_close_matches(seen, [str(choice) for choice in get_args(hint)], n=1, cutoff=0.6)
    return nearest[0] if nearest else None
