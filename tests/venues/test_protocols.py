"""What agents may know of a venue is what venues really offer."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from sim.history import HistoryView
from venues.dark import Reference
from venues.protocols import OrderEntry, QuoteBoard, QuoteView
from venues.reference import DirectReference, SipReference
from venues.session import Session
from venues.sip import DirectBoard, SipView

OFFERS = [
    (OrderEntry, Session),
    (QuoteView, HistoryView),
    (QuoteBoard, SipView),
    (QuoteBoard, DirectBoard),
    (Reference, SipReference),
    (Reference, DirectReference),
]


def methods(protocol: Any) -> dict[str, list[str]]:
    """The parameters of each public method."""
    functions = inspect.getmembers(protocol, inspect.isfunction)
    return {name: list(inspect.signature(f).parameters) for name, f in functions if not name.startswith("_")}


@pytest.mark.parametrize(("protocol", "offered"), OFFERS, ids=lambda one: one.__name__)
def test_every_method_is_there_with_its_parameters(protocol: Any, offered: Any):
    wanted = methods(protocol)
    assert wanted
    assert {name: methods(offered).get(name) for name in wanted} == wanted


@pytest.mark.parametrize(("protocol", "offered"), OFFERS, ids=lambda one: one.__name__)
def test_every_attribute_is_there(protocol: Any, offered: Any):
    properties = {name for name, _ in inspect.getmembers(protocol, inspect.isdatadescriptor) if name[0] != "_"}
    wanted = properties | set(inspect.get_annotations(protocol))
    assert {name for name in wanted if not hasattr(offered, name)} == set()
