"""Mistakes that were found in a worker process are told in the process that asked."""

from __future__ import annotations

import pickle

import pytest

from agents.recordings.rows import ReplayFileError
from scenarios.problems import Problem, ScenarioError
from venues.venue import BrokenInvariant


@pytest.mark.parametrize(
    "error",
    [
        ScenarioError([Problem("us.yaml", 14, 25, "seed", "is taken"), Problem("--set", None, None, "x", "unknown")]),
        ReplayFileError(["day.csv:3: price is missing"]),
        BrokenInvariant("the book is crossed", "NYSE", 5, ("order", 1), ["one", "two"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_a_worker_says_the_same_at_home(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert getattr(again, "problems", ()) == getattr(error, "problems", ())
