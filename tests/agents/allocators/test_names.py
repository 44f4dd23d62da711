"""The package's names are what they say, whatever was imported before."""

from __future__ import annotations

from importlib import import_module

import pytest

import sorsim
from agents import allocators


@pytest.mark.parametrize(("name", "module"), [(name, its) for its, names in allocators._HOME.items() for name in names])
def test_a_name_is_the_object_in_its_module_also_after_the_module_was_imported(name: str, module: str) -> None:
    there = import_module(f"agents.allocators.{module}")
    assert getattr(sorsim.allocators, name) is getattr(there, name)
    assert callable(getattr(allocators, name))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"agents\.allocators has no 'alocate'; it has: "):
        _ = allocators.alocate
