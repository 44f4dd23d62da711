"""Policies, phases and halts in a scenario: what can be written, what it becomes, what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scenarios.build import Market, build
from scenarios.load import check, load
from scenarios.model import LitVenue as LitPart
from scenarios.model import Scenario
from scenarios.schema import schema
from sim.log import EventLog
from tests.scenarios.builders import file_with, messages, problems, small, with_agents
from tests.venues.builders import buy
from venues import policies as p
from venues.messages import BookState, Peg, Terms

SECOND = 1_000_000_000
NATIONAL = {"policies": {"peg_reference": "national"}, "reference": {"feed": "sip"}}

EVERY_KEY: dict[str, Any] = {
    "self_trade": "decrement",
    "iceberg_refresh": "after_sweep",
    "min_qty": "per_interaction",
    "post_only": "slide",
    "post_only_meets_hidden": "lock",
    "peg_time": "kept",
    "peg_reference": "national",
    "peg_without_reference": "cancel",
    "discretionary_rest": "at_quote",
    "market_remainder": "last_price",
    "replace_qty": "open",
    "smaller_size": "loses",
    "trigger": "mid",
    "stop_through": "reject",
    "fok_counts": "displayed",
    "halt_orders": "queue",
    "off_tick": "round",
    "odd_lots": "reject",
    "id_reuse": "never",
    "ticks": [{"price": 0, "tick": "0.0001"}, {"price": 1, "tick": "0.01"}],
    "reference_px": "100.00",
    "collar": 0.05,
    "band": {"width": 0.1, "reference": "last", "limit_state": "1s", "pause": "2s"},
    "batch_interval": "100ms",
}
HALTS: dict[str, Any] = {
    "planned": [{"at": "10s", "length": "5s"}],
    "circuit_breaker": {"falls": [0.07, 0.13], "length": "1s"},
    "call": "2s",
}
DAY = [{"at": "0s", "state": "pre_open"}, {"at": "1s", "state": "opening_auction"}, {"at": "2s", "state": "continuous"}]


def nyse(**keys: Any) -> dict[str, Any]:
    return {"name": "NYSE", "kind": "lit", **keys}


def with_venue(**keys: Any) -> dict[str, Any]:
    """A small market whose one venue has these keys."""
    return small(venues=[nyse(**keys)])


def loaded(**keys: Any) -> LitPart:
    venue = load(with_venue(**keys)).venues[0]
    assert isinstance(venue, LitPart)
    return venue


def policies(**keys: Any) -> p.Policies:
    """The policies of a venue that has these keys and hears of the national best where it must."""
    national = keys.get("peg_reference") == "national"
    found = loaded(policies=keys, **({"reference": {}} if national else {})).policies
    assert found is not None
    return found.policies(lot=100)


def built(**keys: Any) -> Market:
    return build(load(small(**keys)), EventLog())


# -- what it becomes -----------------------------------------------------------------------------------


def test_without_policies_a_venue_has_the_defaults() -> None:
    assert policies() == p.PLAIN
    assert built().lit[0].book.policies == p.PLAIN


def test_every_key_reaches_the_book() -> None:
    assert policies(**EVERY_KEY) == p.Policies(
        self_trade=p.SelfTrade.DECREMENT,
        iceberg_refresh=p.IcebergRefresh.AFTER_SWEEP,
        min_qty=p.MinQtyMode.PER_INTERACTION,
        post_only=p.PostOnly.SLIDE,
        post_only_meets_hidden=p.PostOnlyMeetsHidden.LOCK,
        peg_time=p.PegTime.KEPT,
        peg_reference=p.PegReference.NATIONAL,
        peg_without_reference=p.PegWithoutReference.CANCEL,
        discretionary_rest=p.DiscretionaryRest.AT_QUOTE,
        market_remainder=p.MarketRemainder.LAST_PRICE,
        replace_qty=p.ReplaceQty.OPEN,
        smaller_size=p.SmallerSize.LOSES,
        trigger=p.TriggerSource.MID,
        stop_through=p.StopThrough.REJECT,
        fok_counts=p.FokCounts.DISPLAYED,
        halt_orders=p.HaltOrders.QUEUE,
        off_tick=p.OffTick.ROUND,
        odd_lots=p.OddLots.REJECT,
        lot=100,
        id_reuse=p.IdReuse.NEVER,
        ticks=p.TickTable(((0, 1), (1_0000, 100))),
        reference_px=100_0000,
        collar=500,
        band=p.Band(1000, p.BandReference.LAST, SECOND, 2 * SECOND),
        batch_interval=SECOND // 10,
    )


def test_every_policy_of_a_book_can_be_written() -> None:
    assert set(EVERY_KEY) | {"lot"} == set(p.Policies.__dataclass_fields__)


def test_every_choice_of_a_policy_can_be_written() -> None:
    for name, default in ((name, getattr(p.PLAIN, name)) for name in EVERY_KEY):
        for choice in getattr(type(default), "__members__", {}).values():
            assert getattr(policies(**{name: choice.value}), name) is choice


def test_an_empty_band_is_the_one_of_the_plan() -> None:
    assert policies(band={}).band == p.Band()


def test_phases_begin_when_the_scenario_says() -> None:
    market = built(venues=[nyse(phases=DAY)])
    market.start()
    states = []
    for at in (1, SECOND, SECOND + 1, 2 * SECOND + 1):
        market.advance(at)
        states.append(market.lit[0].state)
    assert states == [BookState.PRE_OPEN, BookState.PRE_OPEN, BookState.OPENING_AUCTION, BookState.CONTINUOUS]


def test_a_planned_halt_stops_all_venues_and_a_phase_waits_for_its_end() -> None:
    halts = {"planned": [{"at": "1s", "length": "1s"}], "call": "1s"}
    phases = [{"at": "1500ms", "state": "closing_auction"}]
    venues = [nyse(phases=phases), {"name": "BATS", "kind": "lit"}, {"name": "POOL", "kind": "dark"}]
    market = built(venues=venues, halts=halts)
    market.start()
    market.advance(2 * SECOND)
    assert [venue.state for venue in market.venues.values()] == [BookState.HALTED] * 3
    market.advance(3 * SECOND + 1)
    states = [venue.state for venue in market.venues.values()]
    assert states == [BookState.CLOSING_AUCTION, BookState.CONTINUOUS, BookState.CONTINUOUS]


def test_pegs_follow_the_sip_late() -> None:
    follower = nyse(policies={"peg_reference": "national"}, reference={"feed": "sip", "latency": "100us"})
    market = built(venues=[follower, {"name": "BATS", "kind": "lit"}])
    sessions = {name: market.venues[name].connect(9, 0, 0) for name in ("NYSE", "BATS")}
    sessions["NYSE"].send(buy(100, order_id=1, owner=9)._replace(terms=Terms(peg=Peg.PRIMARY)))
    sessions["BATS"].send(buy(100, limit=99_0000, owner=9))
    known_at = 1 + 500 + 150_000 + 20_000 + 100_000  # the order, the venue, its link, the SIP, the last wire
    prices = []
    for at in (known_at, known_at + 1):
        market.advance(at)
        peg = market.lit[0].book.find(1)
        assert peg is not None
        prices.append(peg.price)
    assert prices == [None, 99_0000]


# -- as text -------------------------------------------------------------------------------------------


def everything() -> dict[str, Any]:
    return small(venues=[nyse(policies=EVERY_KEY, reference={}, phases=DAY), nyse(name="BATS")], halts=HALTS)


def test_what_is_written_out_is_read_as_the_same(tmp_path: Path) -> None:
    scenario = load(everything())
    again = load(file_with(tmp_path, scenario.to_yaml()))
    assert again == scenario
    assert again.sha256() == scenario.sha256()
    assert again.to_yaml() == scenario.to_yaml()


def test_what_is_written_out_has_the_words_and_units_of_the_file() -> None:
    text = load(everything()).to_yaml()
    for said in ("self_trade: decrement", "batch_interval: 100ms", "reference: last", "state: opening_auction"):
        assert said in text


def test_the_schema_knows_every_key_and_refuses_other_words() -> None:
    validator = Draft202012Validator(schema())
    assert [error.message for error in validator.iter_errors(plain(everything()))] == []
    assert list(validator.iter_errors(with_venue(policies={"self_trade": "never"})))
    assert list(validator.iter_errors(with_venue(policies={"bands": {}})))


def plain(tree: Any) -> Any:
    """With numbers where the file has decimal text."""
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return float(tree) if isinstance(tree, str) and tree.replace(".", "", 1).isdigit() else tree


def test_policies_can_be_set_from_the_command_line() -> None:
    scenario: Scenario = load(with_venue(), set=["venues.NYSE.policies.band.width=0.1", "halts.call=5s"])
    venue = scenario.venues[0]
    assert isinstance(venue, LitPart)
    assert venue.policies is not None
    assert venue.policies.band is not None
    assert (venue.policies.band.band().width, scenario.halts and scenario.halts.call) == (1000, 5 * SECOND)


def test_a_check_says_how_late_pegs_follow() -> None:
    rows = check(with_venue(policies={"peg_reference": "national"}, reference={"latency": "70us"})).rows
    assert ("NYSE", "pegs", "SIP", "70us", "NBBO") in rows


# -- mistakes in one piece -----------------------------------------------------------------------------

NO_POLICY = [
    (
        {"self_trade": "cancel_new"},
        "self_trade: 'cancel_new' is not possible here; did you mean 'cancel_newest'? (write one of: none, "
        "cancel_newest, cancel_oldest, cancel_both, decrement, skip)",
    ),
    ({"post_only": True}, "post_only: true is not possible here; write one of: reject, slide"),
    ({"band": {"width": 5}}, "band.width: 5 is not a share; write a number between 0 and 1, such as 0.05 for 5 %"),
    (
        {"band": {"width": 0.00001}},
        "band.width: 1e-05 is too little: shares of a price are held to 0.0001; write that or more",
    ),
    ({"collar": 0}, "collar: 0 is not a share; write a number between 0 and 1, such as 0.05 for 5 %"),
    ({"ticks": []}, "ticks: the first step must be from 0; write for example [{price: 0, tick: 0.0001}]"),
    (
        {"ticks": [{"price": 1, "tick": 0.01}]},
        "ticks: the first step must be from 0; write for example [{price: 0, tick: 0.0001}]",
    ),
    (
        {"ticks": [{"price": 0, "tick": 0.01}, {"price": 5, "tick": 0.01}, {"price": 2, "tick": 0.01}]},
        "ticks: the step from 2.00 comes after that from 5.00; sort them",
    ),
    (
        {"ticks": [{"price": 0, "tick": 0.001}, {"price": "10.005", "tick": 0.01}]},
        "ticks: the step from 10.005 is not on the tick of 0.01; write a price that is on both",
    ),
    ({"batch_interval": 100}, "batch_interval: 100 has no unit; write 100us, 100ms or 100s"),
]


@pytest.mark.parametrize(("keys", "message"), NO_POLICY, ids=[str(keys) for keys, _ in NO_POLICY])
def test_a_policy_that_is_none_is_told(keys: dict[str, Any], message: str) -> None:
    assert messages(with_venue(policies=keys)) == [f"venues.NYSE.policies.{message}"]


def test_an_unknown_policy_is_told_with_the_nearest() -> None:
    (problem,) = messages(with_venue(policies={"bands": {}}))
    assert problem.startswith("venues.NYSE.policies.bands: unknown key; did you mean 'band'? (keys here: self_trade, ")


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        (
            [{"at": "1s", "state": "closing"}],
            "phases[0].state: 'closing' is no phase of a session; did you mean 'closing_auction'? (phases: continuous, "
            "closed, pre_open, opening_auction, halted, volatility_auction, closing_auction)",
        ),
        (
            [{"at": "2s", "state": "halted"}, {"at": "2s", "state": "continuous"}],
            "phases: phases must stand in the order of time, each later than the one before",
        ),
        ([{"state": "halted"}], "phases[0].at: missing; write for example `at: 1s`"),
    ],
)
def test_a_phase_that_is_none_is_told(phases: list[dict[str, str]], message: str) -> None:
    assert messages(with_venue(phases=phases)) == [f"venues.NYSE.{message}"]


@pytest.mark.parametrize(
    ("halts", "message"),
    [
        ({"plan": []}, "plan: unknown key; did you mean 'planned'? (keys here: planned, circuit_breaker, call)"),
        (
            {"circuit_breaker": {"falls": [0.2, 0.1]}},
            "circuit_breaker.falls: the falls must rise, such as [0.07, 0.13, 0.20]",
        ),
        (
            {"circuit_breaker": {"falls": [7]}},
            "circuit_breaker.falls[0]: 7 is not a share; write a number between 0 and 1, such as 0.05 for 5 %",
        ),
    ],
)
def test_a_halt_that_is_none_is_told(halts: dict[str, Any], message: str) -> None:
    assert messages(small(halts=halts)) == [f"halts.{message}"]


# -- pieces that do not fit together ---------------------------------------------------------------------


def test_pegs_that_follow_the_national_best_need_a_reference() -> None:
    assert messages(with_venue(policies={"peg_reference": "national"})) == [
        "venues.NYSE.policies.peg_reference: NYSE hears of no national best; "
        "write for example `reference: {feed: sip}` beside it"
    ]


def test_a_reference_that_nothing_follows_is_told() -> None:
    assert messages(with_venue(reference={"feed": "sip"})) == [
        "venues.NYSE.reference: nothing here follows the national best; "
        "write `policies: {peg_reference: national}`, or take it out"
    ]


def test_a_lit_venue_s_reference_needs_the_sip_that_it_names() -> None:
    assert messages(small(venues=[nyse(**NATIONAL)], feeds={})) == [
        "venues.NYSE.reference.feed: there is no SIP to read; write `feeds: {sip: {}}`, or `feed: direct` here"
    ]


def test_a_lit_venue_s_reference_covers_the_feeds_that_it_reads() -> None:
    reference = {"feed": "direct", "latency": {"NYSE": "1us"}}
    venues = [nyse(policies={"peg_reference": "national"}, reference=reference), nyse(name="BATS")]
    assert messages(small(venues=venues)) == [
        "venues.NYSE.reference.latency: says nothing of BATS; "
        "write `BATS: 400us`, or `default: 400us` for all that are not named"
    ]


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        ([("60s", "halted")], "phases[0].at: 60s is not before the end at 60s; write an earlier time"),
        (
            [("1s", "continuous")],
            "phases[0].state: NYSE is in this phase already (continuous); write another one, or take it out",
        ),
        (
            [("1s", "halted"), ("2s", "halted")],
            "phases[1].state: NYSE is in this phase already (halted); write another one, or take it out",
        ),
    ],
)
def test_phases_fit_the_run(phases: list[tuple[str, str]], message: str) -> None:
    written = [{"at": at, "state": state} for at, state in phases]
    assert messages(with_venue(phases=written)) == [f"venues.NYSE.{message}"]


def test_a_day_may_begin_in_continuous_trading() -> None:
    assert messages(with_venue(phases=[{"at": "0s", "state": "continuous"}])) == []


@pytest.mark.parametrize(
    ("at", "length", "message"),
    [
        ("60s", "1s", "at: 60s is not before the end at 60s; write an earlier time"),
        (
            "50s",
            "10s",
            "length: with the call of 1s trading would go on at 61s, after the end at 60s; "
            "write a shorter halt, or an earlier `at`",
        ),
    ],
)
def test_halts_fit_the_run(at: str, length: str, message: str) -> None:
    assert messages(small(halts={"planned": [{"at": at, "length": length}]})) == [f"halts.planned[0].{message}"]


def test_a_batch_comes_before_the_end() -> None:
    assert messages(with_venue(policies={"batch_interval": "60s"})) == [
        "venues.NYSE.policies.batch_interval: the run of 60s is over before the first batch; "
        "write a shorter interval, such as 100ms"
    ]


COARSE = [{"price": 0, "tick": 0.01}, {"price": 50, "tick": 0.05}]


def test_a_venue_s_tick_divides_the_instrument_s() -> None:
    assert messages(with_venue(policies={"ticks": COARSE})) == [
        "venues.NYSE.policies.ticks[1].tick: NYSE's tick at 100.00 would be 0.05, and it would refuse orders on the "
        "instrument's tick of 0.01; write a tick that divides it, or `off_tick: round`"
    ]
    assert messages(with_venue(policies={"ticks": COARSE, "off_tick": "round"})) == []
    assert messages(small(venues=[nyse(policies={"ticks": COARSE})], instruments=[{"symbol": "X", "price": 40}])) == []


def test_what_auctions_lean_on_is_a_price() -> None:
    assert messages(with_venue(policies={"reference_px": "100.005"})) == [
        "venues.NYSE.policies.reference_px: 100.005 is not a multiple of the tick of 0.01; write for example 100.00"
    ]


def test_quotes_are_round_where_odd_lots_are_refused() -> None:
    maker = {"kind": "market_maker", "half_spread": 0.01, "size": 250, "news": "1ms"}
    market = with_agents(maker, venues=[nyse(policies={"odd_lots": "reject"})], fundamental={"kind": "constant"})
    assert messages(market) == [
        "agents.market_maker.size: 250 is not a multiple of the lot of 100, and NYSE refuses odd lots; "
        "write for example 200"
    ]


def test_a_venue_of_one_s_own_can_be_halted_if_there_are_halts(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from venues.venue import Venue\n\n\nclass Mine(Venue):\n    pass\n")
    text = "name: x\ninstruments: [{symbol: X, price: 100}]\nvenues: [{name: MINE, kind: 'mine.py:Mine'}]\n"
    assert problems(file_with(tmp_path, text)) == []
    (problem,) = problems(file_with(tmp_path, f"{text}halts: {{planned: [{{at: 1s, length: 1s}}]}}\n"))
    assert problem.partition(": ")[2] == (
        "venues.MINE.kind: mine.py:Mine cannot be halted: it has no `set_state`; write one, or take `halts` out"
    )


LATE_PHASE = """\
name: x
instruments: [{symbol: X, price: 100}]
venues:
  - name: NYSE
    kind: lit
    phases:
      - {at: 90s, state: halted}
"""


def test_a_mistake_has_its_line(tmp_path: Path) -> None:
    (problem,) = problems(file_with(tmp_path, LATE_PHASE))
    place, _, message = problem.partition(": venues.NYSE.")
    assert place.endswith("market.yaml:7:14")
    assert message == "phases[0].at: 90s is not before the end at 60s; write an earlier time"


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"hidden_share": 1.5}, "hidden_share: 1.5 is not a share; write a number from 0 to 1, such as 0.1 for 10 %"),
        (
            {"hidden_share": 0.6, "iceberg_share": 0.6},
            "hidden_share, iceberg_share and stop_share are 1.2 of the orders together; "
            "write shares that add up to 1 or less",
        ),
    ],
)
def test_shares_of_kinds_of_orders_fit(shares: dict[str, float], message: str) -> None:
    flow = {"kind": "background_flow", "limit_rate": "1/s", "market_rate": "1/s", "news": "1ms", **shares}
    (problem,) = messages(with_agents(flow, fundamental={"kind": "constant"}))
    assert problem.endswith(message)
