from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from sim.garbage import NEW_OBJECTS, few_collections


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_the_collector_runs_rarely_inside_and_as_before_afterwards():
    with few_collections():
        assert gc.get_threshold() == (NEW_OBJECTS, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)


def test_what_was_there_before_is_set_aside_for_the_time_being():
    with few_collections():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_an_error_inside_leaves_the_collector_as_before():
    with pytest.raises(KeyError), few_collections():
        raise KeyError
    assert gc.get_threshold() == (700, 10, 10)


def test_only_the_outermost_block_ends_it():
    with few_collections():
        with few_collections():
            pass
        assert gc.get_threshold() == (NEW_OBJECTS, 10, 10)
        assert gc.get_freeze_count() > 0


def test_cycles_are_still_collected():
    class Node:
        """Refers to itself."""

    found = []
    gc.callbacks.append(lambda phase, about: found.append(about["collected"]) if phase == "stop" else None)
    try:
        with few_collections():
            for _ in range(NEW_OBJECTS + 1_000):
                node = Node()
                node.me = node  # type: ignore[attr-defined]
    finally:
        gc.callbacks.pop()
    assert sum(found) > NEW_OBJECTS // 2
