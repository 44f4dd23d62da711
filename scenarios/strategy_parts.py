"""Routing strategies in a scenario: a kind and its parameters, as the strategy itself declares them.

The parameters of a strategy are the fields of its dataclass, or the arguments of the user's own class or generator
function: names, types, smallest values, defaults and descriptions all come from there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)
from pydantic_core import CoreSchema, InitErrorDetails

from agents.strategies import REGISTRY
from agents.strategies.loading import strategy_factory, with_parameters
from agents.strategies.parameters import REQUIRED, Parameter, StrategyProblems, parameters_of
from agents.strategy import Strategy
from scenarios.fields import Duration, PositiveDuration, Switch, Text, VenueName, free_value, known
from scenarios.part import Part, failure
from scenarios.problems import instead
from scenarios.quantities import QuantityError, parse_number, parse_whole, show

_VENUE_PARAMETERS: Final = ("venue", "venues", "pools", "fallback", "latencies")
"""Parameters of these names hold names of venues."""


class StrategySpec(Part):
    """A strategy by name, with its parameters; each kind has a subclass with the parameters as fields."""

    kind: str = Field(description="A built-in strategy, or one of your own: my_router.py:MyStrategy.")

    def parameters(self) -> dict[str, Any]:
        """All parameters but the kind, defaults included; durations in ns."""
        named = {name: _held(getattr(self, name)) for name in type(self).model_fields if name != "kind"}
        return named | {name: free_value(value) for name, value in (self.model_extra or {}).items()}

    def build(self, folder: Path | None = None) -> Strategy:
        """The strategy itself; a file of the user's own is looked for in ``folder``."""
        factory = strategy_factory(self.kind, folder or Path())
        return with_parameters(self.kind, factory, self.parameters(), folder or Path())


def _held(value: Any) -> Any:
    """A group of parameters as a mapping of those that are given; any other value as it is."""
    if not isinstance(value, Part):
        return value
    return {name: given for name in type(value).model_fields if (given := getattr(value, name)) is not None}


class _WithAnyParameters(StrategySpec):
    model_config = ConfigDict(extra="allow")


def strategy_model(kind: str, folder: Path | None = None) -> type[StrategySpec]:
    """The class that a kind's mapping is read into.

    Raises:
        StrategyProblems: there is no such strategy, or its code cannot be read.
    """
    if kind not in REGISTRY:
        return _model_of(kind, strategy_factory(kind, folder or Path()))
    if kind not in _built_in:
        _built_in[kind] = _model_of(kind, REGISTRY[kind])
    return _built_in[kind]


_built_in: dict[str, type[StrategySpec]] = {}


def _model_of(kind: str, factory: Callable[..., Any]) -> type[StrategySpec]:
    fields: dict[str, Any] = {p.name: (_type_of(p), _field_of(p)) for p in parameters_of(factory)}
    return create_model(
        kind,
        __base__=_WithAnyParameters if _takes_anything(factory) else StrategySpec,
        __doc__=inspect.cleandoc(factory.__doc__ or "").partition("\n")[0],
        **{"kind": (Literal[kind], Field(description="The strategy.")), **fields},
    )


def _takes_anything(factory: Callable[..., Any]) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(factory).parameters.values())


def _field_of(parameter: Parameter) -> Any:
    if parameter.default is REQUIRED:
        return Field(description=parameter.description)
    return Field(parameter.default, description=parameter.description)


# -- from a parameter's hint to a field's type ------------------------------------------------------


def _type_of(parameter: Parameter) -> Any:
    hint, optional = _without_none(parameter.hint)
    field_type = _plain_type(hint, parameter)
    return field_type | None if optional or parameter.default is None else field_type


def _without_none(hint: Any) -> tuple[Any, bool]:
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    left = tuple(choice for choice in choices if choice is not NoneType)
    return (left[0] if len(left) == 1 else Any), len(left) < len(choices)


def _plain_type(hint: Any, parameter: Parameter) -> Any:
    if get_origin(hint) is Annotated:
        is_duration = "duration" in get_args(hint)
        return _duration(parameter.minimum) if is_duration else _plain_type(get_args(hint)[0], parameter)
    if get_origin(hint) is Literal:
        return hint
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        items: Any = _plain_type(get_args(hint)[0], parameter)
        return Annotated[tuple[items, ...], PlainSerializer(list)]
    if get_origin(hint) is Mapping:
        held: Any = _plain_type(get_args(hint)[1], parameter)
        return dict[VenueName, held] if parameter.name in _VENUE_PARAMETERS else dict[str, held]
    if isinstance(hint, type) and is_dataclass(hint):
        return _group(hint)
    if hint is str:
        return VenueName if parameter.name in _VENUE_PARAMETERS else Text
    if hint in (int, float):
        return _number(hint, parameter.minimum)
    return Switch if hint is bool else Annotated[Any, BeforeValidator(free_value)]


def _group(hint: type[Any]) -> type[Part]:
    """The class that a parameter with parameters of its own is read into."""
    if hint not in _groups:
        fields: dict[str, Any] = {
            p.name: (_type_of(p), _field_of(p)) for p in parameters_of(cast("Callable[..., Any]", hint))
        }
        summary = inspect.cleandoc(hint.__doc__ or "").partition("\n")[0]
        _groups[hint] = create_model(hint.__name__, __base__=Part, __doc__=summary, **fields)
    return _groups[hint]


_groups: dict[type[Any], type[Part]] = {}


def _duration(minimum: int | None) -> Any:
    return PositiveDuration if minimum else Duration


def _number(hint: type, minimum: int | None) -> Any:
    parse = parse_whole if hint is int else parse_number
    schema: dict[str, Any] = {"type": "integer" if hint is int else "number"}

    def bounded(value: Any) -> float:
        number = parse(value)
        if minimum is not None and number < minimum:
            raise QuantityError(f"{show(value)} is too small; write {minimum} or more")
        return number

    return Annotated[
        hint, BeforeValidator(bounded), WithJsonSchema(schema if minimum is None else schema | {"minimum": minimum})
    ]


# -- the field that holds a strategy ----------------------------------------------------------------


def read_strategy(value: Any, info: ValidationInfo) -> StrategySpec:
    """A strategy from a mapping with a kind, from a built-in's bare name, or from the name of a variant."""
    if isinstance(value, StrategySpec):
        return value
    names = known(info)
    value = _mapping_of(value, dict(names.strategies) if names else {})
    kind = value["kind"]
    try:
        model = strategy_model(kind, names.folder if names else None)
        spec = model.model_validate(value, context=info.context)
        spec.build(names.folder if names else None)
    except StrategyProblems as problems:
        raise _as_validation_error(kind, value, problems) from None
    return spec


def _mapping_of(value: Any, variants: dict[str, Any]) -> dict[str, Any]:
    """The strategy's mapping, names followed to what they name."""
    followed: list[str] = []
    while isinstance(value, str) and value in variants and value not in followed:
        followed.append(value)
        value = variants[value]
    if value in followed:
        raise QuantityError(f"{value!r} names itself; write {{kind: {next(iter(REGISTRY))}}} or another kind")
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, dict):
        raise QuantityError(f"{show(value)} is not a strategy; write its name, or {{kind: smart, ...}}")
    kind = value.get("kind")
    if not isinstance(kind, str):
        raise QuantityError(f"a strategy needs a kind; write for example {{kind: {next(iter(REGISTRY))}}}")
    if kind in variants and kind not in REGISTRY:
        raise QuantityError(f"{kind!r} is a variant and no kind; write it bare, without {{kind: ...}}")
    if kind not in REGISTRY and ":" not in kind:
        raise QuantityError(
            f"no strategy is named {kind!r}; {instead(kind, [*variants, *REGISTRY], 'strategies')}, "
            'or one of your own as "my_router.py:MyStrategy"'
        )
    return value


def _as_validation_error(kind: str, value: Any, problems: StrategyProblems) -> ValidationError:
    return ValidationError.from_exception_data(
        kind,
        [
            InitErrorDetails(type=failure(each.message), loc=(each.parameter or "kind",), input=value)
            for each in problems.problems
        ],
    )


class _StrategySchema:
    """The JSON schema of the field: a name, or one of the built-in kinds with its parameters, or one's own."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        built_in = [handler(strategy_model(kind).__pydantic_core_schema__) for kind in REGISTRY]
        own = {
            "type": "object",
            "properties": {"kind": {"type": "string", "pattern": ":"}},
            "required": ["kind"],
        }
        name = {"type": "string", "description": f"A named variant, or one of {', '.join(REGISTRY)}."}
        return {"anyOf": [name, *built_in, own]}


StrategyField = Annotated[
    StrategySpec,
    PlainValidator(read_strategy),
    PlainSerializer(lambda spec: spec.model_dump()),
    _StrategySchema(),
]
"""A strategy: ``smart``, the name of a variant, or ``{kind: smart, ...}``."""


def trained_here(strategy: object, seed: int) -> str:
    """Why a market of this seed proves nothing with this strategy; "" when its model did not learn from it."""
    trained_on: frozenset[int] = getattr(strategy, "training_seeds", frozenset())
    if seed not in trained_on:
        return ""
    seeds = f"seeds {min(trained_on)} to {max(trained_on)}" if len(trained_on) > 1 else "it"
    return (
        f"its model was trained on {seeds}, and this market's seed is {seed}: the result would flatter it; take "
        "another seed, or train another model"
    )
