"""A scenario as YAML text: plain numbers as they would be written by hand, short mappings on one line."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter


class _PlainNumbers(RoundTripRepresenter):
    """Writes a ``Decimal`` as it is: 0.0030 stays 0.0030."""


def _decimal(representer: RoundTripRepresenter, number: Decimal) -> ScalarNode:
    return representer.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")


_PlainNumbers.add_representer(Decimal, _decimal)


def as_yaml(resolved: dict[str, Any]) -> str:
    """YAML text of mappings, lists, text and numbers."""
    yaml = YAML()
    yaml.Representer = _PlainNumbers
    yaml.default_flow_style = None
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(resolved, out)
    return out.getvalue()
