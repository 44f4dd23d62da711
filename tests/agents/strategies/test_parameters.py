"""What a strategy takes, and what is said when a value is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from agents.strategies import REGISTRY, Duration
from agents.strategies.parameters import (
    REQUIRED,
    Parameter,
    StrategyProblems,
    check_values,
    parameters_of,
    suggest,
    unknown_names,
)
from agents.strategies.price_time import PriceTime


@dataclass(frozen=True)
class Base:
    """A base.

    Attributes:
        pause: Wait this long
            before looking again.
    """

    pause: Duration = 1_000


@dataclass(frozen=True)
class Derived(Base):
    """A strategy.

    Attributes:
        order: Which way.

    Afterwards, other text: with a colon.
    """

    order: Literal["up", "down"] = "up"


def problems_of(hint: object, value: object, minimum: int | None = None) -> list[str]:
    parameter = Parameter("size", hint, None, "", minimum)
    return [problem.message for problem in check_values([parameter], {"size": value})]


def test_a_dataclass_tells_its_parameters_with_those_of_its_bases_first():
    pause, order = parameters_of(Derived)
    assert pause == Parameter("pause", Duration, 1_000, "Wait this long before looking again.")
    assert order == Parameter("order", Literal["up", "down"], "up", "Which way.")


def test_a_generator_function_tells_the_arguments_after_parent_and_view():
    def patient(parent, view, wait: int, *, polite: bool = True):
        yield

    assert parameters_of(patient) == (
        Parameter("wait", int, REQUIRED, ""),
        Parameter("polite", bool, True, ""),
    )


def test_a_plain_class_tells_the_arguments_of_its_constructor():
    class Plain:
        def __init__(self, depth: int = 3) -> None: ...

    assert parameters_of(Plain) == (Parameter("depth", int, 3, ""),)


@pytest.mark.parametrize("kind", REGISTRY)
def test_every_parameter_of_a_built_in_is_described_and_typed(kind):
    for parameter in parameters_of(REGISTRY[kind]):
        assert parameter.description.endswith("."), parameter.name
        assert parameter.hint is not None


@pytest.mark.parametrize("kind", REGISTRY)
def test_no_description_names_a_parameter_that_is_not_there(kind):
    from agents.strategies.parameters import descriptions

    assert set(descriptions(REGISTRY[kind])) <= {p.name for p in parameters_of(REGISTRY[kind])}


@pytest.mark.parametrize(
    ("hint", "good"),
    [
        (int, 3),
        (float, 3),
        (float, 0.5),
        (bool, False),
        (str, "x"),
        (int | None, None),
        (Duration, 1_000),
        (Literal["a", "b"], "a"),
        (tuple[str, ...], ("a", "b")),
        (tuple[str, ...], ["a"]),
        (list, object()),
    ],
)
def test_a_value_of_the_hinted_type_is_fine(hint, good):
    assert problems_of(hint, good) == []


@pytest.mark.parametrize(
    ("hint", "bad", "message"),
    [
        (int, "3", "size = '3': must be a whole number"),
        (int, True, "size = True: must be a whole number"),
        (int, 2.0, "size = 2.0: must be a whole number"),
        (int | None, "x", "size = 'x': must be a whole number or null"),
        (float, float("nan"), "size = nan: must be a number"),
        (bool, 1, "size = 1: must be true or false"),
        (str, 7, "size = 7: must be a text"),
        (Duration, "1ms", "size = '1ms': must be a whole number of ns (in a scenario file: 350us)"),
        (Literal["up", "down"], "dwn", "size = 'dwn': must be one of up, down; did you mean 'down'?"),
        (Literal["up"], "sideways", "size = 'sideways': must be up"),
        (tuple[str, ...], ["a", 1], "size = ['a', 1]: must be a list, each item a text"),
    ],
)
def test_a_value_of_another_type_is_told_word_for_word(hint, bad, message):
    assert problems_of(hint, bad) == [message]


def test_a_value_below_the_minimum_is_told_with_the_minimum():
    assert problems_of(int, 0, minimum=1) == ["size = 0: must be 1 or more"]
    assert problems_of(int | None, None, minimum=1) == []


def test_all_that_is_wrong_with_a_strategy_is_told_at_once():
    with pytest.raises(StrategyProblems) as raised:
        PriceTime(max_rounds=0, children="paralel", pause=-1)  # type: ignore[arg-type]
    assert [(problem.parameter, problem.message) for problem in raised.value.problems] == [
        ("max_rounds", "max_rounds = 0: must be 1 or more"),
        ("pause", "pause = -1: must be 1 or more"),
        ("children", "children = 'paralel': must be one of sequential, parallel; did you mean 'parallel'?"),
    ]


def test_an_unknown_name_suggests_the_nearest_known_one():
    (problem,) = unknown_names(parameters_of(Derived), ["pauze"], "derived")
    assert problem.message == "pauze: derived has no such parameter; did you mean 'pause'? (known: pause, order)"


def test_a_name_far_from_all_known_ones_lists_them():
    assert suggest("zzz", ["up", "down"]) == "known: up, down"


def test_where_nothing_is_known_it_says_so():
    assert suggest("zzz", []) == "there are none"
