"""The JSON schema of scenario files, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from scenarios.model import Scenario


def schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of everything that a scenario file may hold, with a description of every key."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
        "title": "sorsim scenario",
    }
