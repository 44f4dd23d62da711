from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from agents.recordings.reading import AUTO, READERS
from scenarios.load import built_ins, load, scenario_of
from scenarios.model import (
    ConstantLatency,
    Expectation,
    LimitOffset,
    ListedOrder,
    MarketMaker,
    OrderFlow,
    PerVenue,
    Replay,
    Router,
    SumLatency,
)
from scenarios.source import parse
from tests.scenarios.builders import ROUTER, agent, file_with, messages, problems, small, with_agents

CONSTANT = {"kind": "constant"}


def router(**keys: object) -> Router:
    found = load(with_agents({**ROUTER, **keys})).agents[0]
    assert isinstance(found, Router)
    return found


# -- values are exact integers ----------------------------------------------------------------------


def test_a_loaded_scenario_holds_integers_in_base_units() -> None:
    scenario = load("us_equities")
    assert scenario.instrument.price == 100_0000
    assert scenario.instrument.tick == 100
    assert scenario.venue("NYSE").fees.maker == -2_000
    assert scenario.venue("NYSE").fees.taker == 3_000
    assert scenario.agent("client").round_trip.of("NASDAQ").value == 250_000
    assert scenario.warm_up == 2_000_000_000


def test_fees_of_the_table_are_those_of_the_flagship_scenario() -> None:
    fees = {venue.name: (venue.fees.maker, venue.fees.taker) for venue in load("us_equities").venues}
    assert fees == {
        "NYSE": (-2000, 3000),
        "NASDAQ": (-2000, 3000),
        "BATS": (-1500, 2500),
        "EDGX": (-1000, 2000),
        "ARCA": (-2000, 3000),
        "IEX": (0, 900),
        "SIGMA_DARK": (0, 0),
        "CROSSFINDER": (0, 0),
    }


def test_a_scenario_never_changes() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(small()).duration = 1  # type: ignore[misc]


def test_python_may_give_text_decimals_and_floats_alike() -> None:
    as_text = small(instruments=[{"symbol": "XYZ", "price": "$100.00", "tick": "0.01"}])
    assert load(as_text) == load(small(instruments=[{"symbol": "XYZ", "price": 100.0, "tick": 0.01}]))


# -- defaults ---------------------------------------------------------------------------------------


def test_an_agent_without_a_name_is_called_by_its_kind() -> None:
    assert load(with_agents({"kind": "idle"})).agent("idle").kind == "idle"


def test_what_is_not_written_has_a_good_default() -> None:
    scenario = load(small())
    assert (scenario.duration, scenario.warm_up) == (60_000_000_000, 2_000_000_000)
    assert scenario.venue("NYSE").service == ConstantLatency(value="500ns")  # type: ignore[arg-type]


# -- latencies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("350us", "350us"),
        ({"kind": "constant", "value": "350us"}, "350us"),
        ({"kind": "normal", "mean": "2ms", "sd": "100us"}, "normal 2ms +- 100us"),
        ({"kind": "lognormal", "median": "2ms", "sigma": 0.5}, "lognormal 2ms, sigma 0.5"),
        ({"kind": "gamma", "mean": "20us", "shape": 4, "offset": "1ms"}, "1ms + gamma 20us, shape 4"),
        ({"kind": "uniform", "low": "1ms", "high": "2ms"}, "uniform 1ms to 2ms"),
        ({"kind": "exponential", "mean": "20us"}, "exponential 20us"),
        ({"kind": "exponential", "mean": "20us", "offset": "1ms"}, "1ms + exponential 20us"),
        ({"kind": "empirical", "values": ["1us", "3us", "2us"]}, "3 values, 1us to 3us"),
        ({"base": "20us", "jitter": {"kind": "normal", "mean": "2us", "sd": "1us"}}, "20us + normal 2us +- 1us"),
    ],
)
def test_a_latency_is_a_text_or_a_distribution(written: object, reads: str) -> None:
    maker = agent(kind="market_maker", half_spread=0.01, size=100, news=written)
    assert str(maker.news) == reads


def test_half_a_round_trip_halves_every_length_of_it() -> None:
    trip = router(round_trip={"base": "20us", "jitter": {"kind": "normal", "mean": "2us", "sd": "1us"}}).round_trip
    assert str(trip.halved().of("NYSE")) == "10us + normal 1us +- 500ns"


@pytest.mark.parametrize(
    ("written", "half"),
    [
        ({"kind": "lognormal", "median": "2ms", "sigma": 0.5}, "lognormal 1ms, sigma 0.5"),
        ({"kind": "gamma", "mean": "20us", "shape": 4, "offset": "1ms"}, "500us + gamma 10us, shape 4"),
        ({"kind": "uniform", "low": "1ms", "high": "2ms"}, "uniform 500us to 1ms"),
        ({"kind": "exponential", "mean": "20us", "offset": "1ms"}, "500us + exponential 10us"),
        ({"kind": "empirical", "values": ["2us", "4us"]}, "2 values, 1us to 2us"),
    ],
)
def test_half_of_a_distribution_is_of_its_kind(written: object, half: str) -> None:
    assert str(router(round_trip=written).round_trip.halved().of("NYSE")) == half


def test_the_bounds_of_a_uniform_latency_are_in_order() -> None:
    agents = [{**ROUTER, "round_trip": {"kind": "uniform", "low": "2ms", "high": "1ms"}}]
    assert messages(small(agents=agents)) == [
        "agents.client.round_trip.high: 1ms is below low, 2ms; write the smaller one as low"
    ]


def test_one_latency_stands_for_every_venue() -> None:
    assert router(round_trip="300us").round_trip.of("BATS").value == 300_000


def test_a_venue_of_its_own_beside_the_default() -> None:
    trip = router(round_trip={"NYSE": "200us", "default": "300us"}).round_trip
    assert [trip.of(venue).value for venue in ("NYSE", "BATS", "POOL")] == [200_000, 300_000, 300_000]


def test_a_distribution_by_venue() -> None:
    normal = {"kind": "normal", "mean": "2ms", "sd": "1ms"}
    trip = router(round_trip={"default": normal, "BATS": {"base": "1us", "jitter": normal}}).round_trip
    assert isinstance(trip.of("BATS"), SumLatency)


def test_a_venue_without_a_latency_is_told_by_name() -> None:
    with pytest.raises(KeyError, match="no latency for IEX and no default"):
        PerVenue.model_construct(default=None, venues={}).of("IEX")


# -- agents -----------------------------------------------------------------------------------------


def test_all_venues_are_those_that_suit_the_agent() -> None:
    scenario = load(
        with_agents(
            ROUTER,
            {"kind": "resting_orders"},
            {"kind": "dark_liquidity", "rate": "1/s"},
        )
    )
    assert [scenario.venues_of(each) for each in scenario.agents] == [
        ("NYSE", "BATS", "POOL"),
        ("NYSE", "BATS"),
        ("POOL",),
    ]


def test_named_venues_keep_the_order_of_the_scenario() -> None:
    scenario = load(with_agents({**ROUTER, "venues": ["POOL", "NYSE"]}))
    assert scenario.venues_of(scenario.agents[0]) == ("NYSE", "POOL")


def test_one_venue_needs_no_list() -> None:
    assert agent(kind="resting_orders", venues="BATS").venues == ("BATS",)


def test_one_size_is_a_range_of_one() -> None:
    flow = router(orders={"count": 3, "size": 500}).orders
    assert isinstance(flow, OrderFlow)
    assert flow.size == (500, 500)


def test_parent_orders_may_be_listed() -> None:
    orders = router(orders=[{"at": "3s", "side": "buy", "qty": 500, "limit": 100.05}]).orders
    assert orders == (
        ListedOrder.model_construct(at=3 * 10**9, side="buy", qty=500, limit=1_000_500, horizon=2 * 10**9),
    )


def test_a_limit_may_lie_beyond_the_touch_on_arrival() -> None:
    flow = router(orders={"count": 1, "size": 100, "limit": {"offset": 0.02}}).orders
    assert isinstance(flow, OrderFlow)
    assert flow.limit == LimitOffset.model_construct(offset=200)


def test_a_router_may_have_no_orders_of_its_own() -> None:
    assert router().orders == ()


# -- strategies -------------------------------------------------------------------------------------


def test_a_strategy_by_its_bare_name_has_its_defaults() -> None:
    assert router(strategy="price_time").strategy.parameters()["time_in_force"] == "IOC"


def test_parameters_of_a_strategy_are_typed_by_the_strategy() -> None:
    strategy = router(strategy={"kind": "dark_first", "pause": "3ms", "pools": ["POOL"]}).strategy
    assert strategy.parameters()["pause"] == 3_000_000
    assert strategy.parameters()["pools"] == ("POOL",)


def test_nothing_is_a_value_where_a_strategy_says_so() -> None:
    written = load(with_agents({**ROUTER, "strategy": {"kind": "price_time", "reach": None}}))
    assert load(parse(written.to_yaml(), "again", Path()).tree) == written
    assert written.agents[0].strategy.parameters()["reach"] is None


def test_a_variant_is_used_by_its_name() -> None:
    variants = {"patient": {"kind": "smart", "pause": "9ms"}}
    scenario = load(with_agents({**ROUTER, "strategy": "patient"}, strategies=variants))
    assert scenario.agents[0].strategy == scenario.strategies["patient"]


OWN = '''
from agents.strategy import Actions
from agents.strategies.parameters import Duration

def lazy(parent, view, *, nap: Duration = 1_000_000, venue: str = "NYSE"):
    """Waits.

    Args:
        nap: How long.
    """
    yield Actions(wake=("at", view.now + nap))
'''


def test_a_strategy_of_ones_own_is_found_beside_the_scenario(tmp_path: Path) -> None:
    file_with(tmp_path, OWN, "mine.py")
    text = load(with_agents(ROUTER)).to_yaml()
    path = file_with(tmp_path, text)
    scenario = load(path, set=["agents.client.strategy={kind: 'mine.py:lazy', nap: 3ms}"])
    assert scenario.agents[0].strategy.parameters() == {"nap": 3_000_000, "venue": "NYSE"}
    scenario.agents[0].strategy.build(scenario.folder)


def test_a_parameter_without_a_default_must_be_written(tmp_path: Path) -> None:
    file_with(tmp_path, "def sure(parent, view, *, size: int):\n    yield []\n", "mine.py")
    path = file_with(tmp_path, load(with_agents(ROUTER)).to_yaml())
    assert problems(path, ["agents.client.strategy={kind: 'mine.py:sure'}"]) == [
        "--set agents.client.strategy.size: missing; write for example `size: ...`"
    ]


def test_a_strategy_that_refuses_its_parameters_says_so(tmp_path: Path) -> None:
    refusing = "    def __init__(self, size: int = 1):\n        raise ValueError('too many')\n"
    calling = "    def __call__(self, parent, view):\n        yield []\n"
    file_with(tmp_path, "class Sure:\n" + refusing + calling, "mine.py")
    path = file_with(tmp_path, load(with_agents(ROUTER)).to_yaml())
    assert problems(path, ["agents.client.strategy={kind: 'mine.py:Sure', size: 6}"]) == [
        "--set agents.client.strategy.kind: mine.py:Sure: ValueError: too many"
    ]


def test_a_strategy_without_a_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    path = file_with(tmp_path, load(with_agents(ROUTER)).to_yaml())
    (problem,) = problems(path, ["agents.client.strategy='mine.py:lazy'"])
    assert problem.startswith(f"--set agents.client.strategy: no file {tmp_path / 'mine.py'}")


# -- expectations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "holds", "fails", "reads"),
    [
        ({"at_least": 0.9}, 0.9, 0.89, "at least 0.9"),
        ({"at_most": 2}, 2, 2.1, "at most 2"),
        ({"equals": 0}, 0, 1, "0"),
        ({"between": [1, 2]}, 1.5, 2.5, "between 1 and 2"),
        ({"within": [10, 1]}, 9, 8.9, "within 1 of 10"),
        ({"at_least": 1, "at_most": 2}, 1, 3, "at least 1 and at most 2"),
        ({"at_least": 0}, 0, float("nan"), "at least 0"),
    ],
)
def test_an_expectation_holds_or_fails(expected: dict[str, object], holds: float, fails: float, reads: str) -> None:
    expectation = Expectation.model_validate(expected)
    assert expectation.holds(holds)
    assert not expectation.holds(fails)
    assert str(expectation) == reads


def test_an_expectation_must_say_something() -> None:
    assert messages(with_agents(ROUTER, expect={"client.fill_rate": {}})) == [
        "expect.client.fill_rate: expects nothing; write one of at_least, at_most, equals, between, within"
    ]


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"between": 5}, "between: 5 is not a pair of numbers; write [a, b], such as [0.5, 1.5]"),
        ({"between": [2, 1]}, "between: [2, 1] begins above its end; write [1, 2]"),
        ({"at_least": "much"}, "at_least: 'much' is not a number; write one such as 0.5"),
    ],
)
def test_a_wrong_expectation_says_what_to_write(expected: dict[str, object], message: str) -> None:
    assert messages(with_agents(ROUTER, expect={"client.fees": expected})) == [f"expect.client.fees.{message}"]


# -- written back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_a_resolved_scenario_loads_to_an_equal_one(name: str) -> None:
    scenario = load(name)
    again = scenario_of(parse(scenario.to_yaml(), "again", scenario.folder))
    assert again == scenario
    assert again.sha256() == scenario.sha256()
    assert again.to_yaml() == scenario.to_yaml()


def test_a_resolved_scenario_is_written_as_a_person_would() -> None:
    lines = load("us_equities").to_yaml().splitlines()
    assert "    fees: {maker: -0.0020, taker: 0.0030}" in lines
    assert "  - {symbol: XYZ, tick: 0.01, lot: 100, price: 100.00}" in lines
    assert "    speed_bump: 350us" in lines


def test_a_default_written_out_changes_no_hash() -> None:
    assert load(small(duration="60s")).sha256() == load(small()).sha256()


def test_the_order_of_keys_changes_no_hash() -> None:
    assert load(dict(reversed(small().items()))).sha256() == load(small()).sha256()


def test_every_value_changes_the_hash() -> None:
    assert load(small(seed=2)).sha256() != load(small(seed=1)).sha256()


def test_where_a_scenario_lies_does_not_make_it_another(tmp_path: Path) -> None:
    assert load(small()).in_folder(tmp_path) == load(small())


def test_asking_for_a_stranger_names_it() -> None:
    scenario = load(small())
    with pytest.raises(KeyError, match="no venue is named 'IEX'"):
        scenario.venue("IEX")
    with pytest.raises(KeyError, match="no agent is named 'client'"):
        scenario.agent("client")


def test_the_flagship_connects_makers_to_every_lit_venue() -> None:
    scenario = load("us_equities")
    makers = [each for each in scenario.agents if isinstance(each, MarketMaker)]
    assert all(len(scenario.venues_of(each)) == 6 for each in makers)


def test_a_recording_may_be_of_every_kind_that_can_be_read() -> None:
    kinds = get_args(Replay.model_fields["format"].annotation)
    assert set(kinds) == {AUTO, *READERS}
