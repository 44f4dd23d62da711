from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scenarios.load import built_ins, load
from scenarios.schema import schema
from scenarios.source import read
from tests.scenarios.builders import ROUTER, with_agents

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def as_json(value: Any) -> Any:
    """A tree as an editor sees it."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a scenario may have, with its schema."""
    if isinstance(node, list):
        for item in node:
            yield from properties(item, path)
    elif isinstance(node, dict):
        for key, item in node.get("properties", {}).items():
            yield f"{path}.{key}", item
        for key, item in node.items():
            yield from properties(item, f"{path}/{key}")


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_built_in_scenarios_follow_the_schema(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_json(read(name).tree))] == []


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_resolved_scenarios_follow_the_schema(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_json(read(load(name).model_dump()).tree))] == []


def test_every_key_but_a_kind_is_described() -> None:
    keys = dict(properties(SCHEMA))
    assert len(keys) > 100
    assert [key for key, value in keys.items() if not key.endswith(".kind") and not value.get("description")] == []


def test_defaults_are_written_with_their_unit() -> None:
    assert SCHEMA["properties"]["duration"]["default"] == "60s"
    assert SCHEMA["$defs"]["Instrument"]["properties"]["tick"]["default"] == 0.01


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 60},
        {"colour": "red"},
        {"agents": [{"kind": "snipper"}]},
        {"agents": [{**ROUTER, "strategy": {"kind": "smart", "tocixity_weight": 1}}]},
        {"agents": [{**ROUTER, "round_trip": 300}]},
    ],
)
def test_an_editor_sees_mistakes(wrong: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**with_agents(), **wrong})
