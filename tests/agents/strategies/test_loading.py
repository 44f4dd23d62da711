"""From a name and parameters to a strategy, and what is said when that fails."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from agents.strategies.loading import load_named, load_strategy, strategy_factory
from agents.strategies.parameters import StrategyProblems, parameters_of
from agents.strategies.price_time import PriceTime
from agents.strategies.smart import Smart
from agents.strategy_trial import ScriptedMarket, buy, drive

KNOWN = "known: single_venue, price_time, fee_aware, latency_aware, dark_first, smart, learned, broadcast, cont_kukanov"
OWN = "one of your own is named my_router.py:MyStrategy or package.module:MyStrategy"

ROUTER = '''
    from dataclasses import dataclass
    from agents.orders import ChildOrder

    @dataclass(frozen=True)
    class Lots:
        """Takes the first venue, a lot at a time.

        Attributes:
            lot: Shares a child.
        """
        lot: int = 100

        def __call__(self, parent, view):
            while view.leaves:
                price, size = view.quotes()[0].opposite(parent.side)
                if not size:
                    return
                yield [ChildOrder(view.lit[0], min(self.lot, view.leaves), price)]

    def all_at_once(parent, view, *, venue: str = "NYSE"):
        yield [ChildOrder(venue, view.leaves, view.quote(venue).ask)]

    def impatient(parent, view):
        return []

    number = 7
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_router.py").write_text(dedent(ROUTER))
    return tmp_path


def problem(kind: str, params: dict[str, object] | None = None, folder: Path | str = ".") -> str:
    with pytest.raises(StrategyProblems) as raised:
        load_strategy(kind, params, folder)
    return str(raised.value)


def sent_by(strategy: object) -> list[tuple[str, int, int | None]]:
    return drive(strategy, buy(250), ScriptedMarket({"NYSE": (99_9900, 300, 100_0000, 300)})).sent  # type: ignore[arg-type]


def test_a_built_in_is_loaded_by_its_name():
    assert load_strategy("price_time") == PriceTime()


def test_parameters_are_passed_and_lists_become_tuples():
    loaded = load_strategy("smart", {"pools": ["SIGMA_DARK"], "toxicity_weight": 2})
    assert loaded == Smart(pools=("SIGMA_DARK",), toxicity_weight=2)


def test_a_class_in_a_file_is_loaded(folder):
    assert sent_by(load_strategy("my_router.py:Lots", {"lot": 150}, folder)) == [
        ("NYSE", 150, 100_0000),
        ("NYSE", 100, 100_0000),
    ]


def test_a_generator_function_in_a_file_is_a_strategy(folder):
    assert sent_by(load_strategy("my_router.py:all_at_once", {}, folder)) == [("NYSE", 250, 100_0000)]
    assert sent_by(load_strategy("my_router.py:all_at_once", {"venue": "NYSE"}, folder)) == [("NYSE", 250, 100_0000)]


def test_a_file_tells_its_parameters_like_a_built_in(folder):
    (lot,) = parameters_of(strategy_factory("my_router.py:Lots", folder))
    assert (lot.name, lot.hint, lot.default, lot.description) == ("lot", int, 100, "Shares a child.")


def test_a_file_is_read_anew_at_each_load(folder):
    before = load_strategy("my_router.py:Lots", {}, folder)
    (folder / "my_router.py").write_text(dedent(ROUTER).replace("lot: int = 100", "lot: int = 200"))
    after = load_strategy("my_router.py:Lots", {}, folder)
    assert (before.lot, after.lot) == (100, 200)  # type: ignore[attr-defined]


def test_a_file_may_import_what_lies_beside_it(folder):
    (folder / "lot_sizes.py").write_text("ROUND = 100\n")
    (folder / "mine.py").write_text("import lot_sizes\ndef mine(parent, view, lot=lot_sizes.ROUND):\n    yield []\n")
    load_strategy("mine.py:mine", {}, folder)
    assert str(folder) not in sys.path


def test_a_module_is_found_in_the_scenario_s_folder(folder):
    (folder / "desk_of_test_loading").mkdir()
    (folder / "desk_of_test_loading" / "routers.py").write_text(dedent(ROUTER))
    assert sent_by(load_strategy("desk_of_test_loading.routers:all_at_once", {}, folder)) == [("NYSE", 250, 100_0000)]


def test_an_unknown_name_suggests_the_nearest_built_in():
    assert problem("smrt") == f"no strategy is called 'smrt'; did you mean 'smart'? ({KNOWN}); {OWN}"


def test_a_name_like_none_lists_the_built_ins():
    assert problem("vwap") == f"no strategy is called 'vwap'; {KNOWN}; {OWN}"


def test_a_missing_file_names_its_whole_path_and_what_is_there(folder):
    path = folder.resolve() / "my_routr.py"
    assert problem("my_routr.py:Lots", {}, folder) == (
        f"no file {path}; did you mean 'my_router.py'? (known: my_router.py)"
    )


def test_a_missing_class_suggests_the_nearest_in_the_file(folder):
    assert problem("my_router.py:Lotss", {}, folder) == (
        "my_router.py has no 'Lotss'; did you mean 'Lots'? (known: Lots, all_at_once, impatient)"
    )


def test_a_missing_module_is_told(folder):
    assert problem("no_such_desk.routers:Lots", {}, folder) == (
        "no_such_desk.routers: cannot be imported: ModuleNotFoundError: No module named 'no_such_desk'"
    )


def test_a_name_with_nothing_on_one_side_of_the_colon_is_told():
    assert problem("my_router.py:") == "'my_router.py:': write file.py:Name or package.module:Name"


def test_a_syntax_error_is_told_with_its_line(folder):
    (folder / "broken.py").write_text("x = 1\ndef f(:\n")
    assert problem("broken.py:f", {}, folder).startswith("broken.py:2: ")


def test_an_error_while_the_file_is_read_is_told_with_its_line(folder):
    (folder / "broken.py").write_text("x = 1\ny = z\n")
    assert problem("broken.py:f", {}, folder) == ("broken.py:2: cannot be imported: NameError: name 'z' is not defined")


@pytest.mark.parametrize("name", ["impatient", "number", "ChildOrder"])
def test_what_is_no_strategy_is_told(folder, name):
    assert problem(f"my_router.py:{name}", {}, folder) == (
        f"my_router.py:{name}: a strategy is a class whose objects are called with (parent, view), or a generator "
        f"function (parent, view, ...); {name} is neither"
    )


def test_every_wrong_parameter_is_told_at_once():
    assert problem("price_time", {"max_round": 3, "pause": "1ms"}).splitlines() == [
        "max_round: price_time has no such parameter; did you mean 'max_rounds'? (known: time_in_force, sweep, "
        "max_rounds, attempts_per_venue, set_aside, pause, child_timeout, fallback, odd_lots, children, order, reach, "
        "levels, through, arrive_together, longest_delay, latencies, cost, liquidity, posting)",
        "pause = '1ms': must be a whole number of ns (in a scenario file: 350us)",
    ]


def test_a_built_in_s_bounds_are_told():
    assert problem("price_time", {"max_rounds": 0}) == "max_rounds = 0: must be 1 or more"


def test_a_parameter_that_is_needed_and_missing_is_told(folder):
    (folder / "mine.py").write_text("def mine(parent, view, lot):\n    yield []\n")
    assert problem("mine.py:mine", {}, folder) == "lot: mine.py:mine needs it and it has no default"


def test_a_constructor_that_fails_is_told(folder):
    text = """
        class Mine:
            def __init__(self):
                raise ValueError('no')
            def __call__(self, parent, view):
                yield []
    """
    (folder / "mine.py").write_text(dedent(text))
    assert problem("mine.py:Mine", {}, folder) == "mine.py:Mine: ValueError: no"


def test_a_strategy_that_takes_anything_is_given_anything(folder):
    (folder / "mine.py").write_text("def mine(parent, view, **anything):\n    yield []\n")
    load_strategy("mine.py:mine", {"whatever": 1}, folder)


def test_other_things_can_be_loaded_by_name_too(folder):
    assert load_named("my_router.py:number", folder) == 7
