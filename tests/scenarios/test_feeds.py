"""Who sees the market over which feed: SIPs by tape, snapshots for retail, odd lots, price levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.build import Market, build
from scenarios.knowledge import check_report
from scenarios.latency_matrix import latency_matrix
from scenarios.load import ScenarioError, load
from scenarios.run import run
from scenarios.writing import as_yaml
from sim.log import EventLog
from tests.scenarios.builders import ROUTER, file_with, messages, small

US, MS = 1_000, 1_000_000
AT_ONCE = "1ns"
NYSE, BATS = ({"name": name, "kind": "lit", "service": AT_ONCE} for name in ("NYSE", "BATS"))
LADDER = {"kind": "resting_orders", "name": "ladder", "levels": 3, "size": 500, "half_spread": 0.02}
ODD = {"kind": "resting_orders", "name": "odd", "levels": 1, "size": 50, "venues": ["NYSE"]}
"""50 shares a cent inside the ladder."""

WHOLE = {"bid": 99_9800, "bid_qty": 500, "ask": 100_0200, "ask_qty": 500}


def in_a_file(folder: Path, **keys: Any) -> Path:
    """A small market in a file, beside which files of one's own are looked for."""
    path = folder / "market.yaml"
    path.write_text(as_yaml(small(**keys)))
    return path


def client(**keys: Any) -> dict[str, Any]:
    return {**ROUTER, "venues": ["NYSE", "BATS"], **keys}


def market(*agents: dict[str, Any], until: int = 10 * MS, **keys: Any) -> Market:
    """A market of two venues that has come so far, ns."""
    venues = {"venues": [NYSE, BATS], "duration": "20ms", "warm_up": "0s"}
    made = build(load(small(**{**venues, "agents": list(agents), **keys})), EventLog())
    made.start()
    made.advance(until)
    return made


def seen(made: Market, now: int, name: str = "client") -> dict[str, tuple[int, int, int, int]]:
    """(bid, shares, ask, shares) of each venue on a router's board."""
    return {venue: quote[2:6] for venue, quote, _ in made.routers[name].board.latest(now)}


# -- tapes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instrument", "tape"), [({"symbol": "IBM"}, "A"), ({"symbol": "AAPL"}, "C"), ({"symbol": "SPY", "tape": "B"}, "B")]
)
def test_a_tape_is_stated_or_told_by_the_symbol_s_length(instrument: dict[str, str], tape: str) -> None:
    assert load(small(instruments=[{**instrument, "price": 100}])).instrument.carried_on == tape


@pytest.mark.parametrize(("tape", "delay"), [("A", 1_000), ("C", 3_000)])
def test_an_instrument_is_carried_by_the_sip_of_its_tape(tape: str, delay: int) -> None:
    sips = {"A": {"latency": "1us", "processing": "0s"}, "C": {"latency": "3us", "processing": "0s"}}
    made = market(LADDER, feeds={"sips": sips}, instruments=[{"symbol": "XYZ", "price": 100, "tape": tape}])
    assert made.sip is not None
    made.sip.advance(10 * MS)
    quoted = made.lit[0].feed.times[0]
    assert made.sip.feed.items[0].at == quoted + delay


def test_one_sip_carries_every_tape() -> None:
    for tape in ("A", "B", "C"):
        scenario = load(small(instruments=[{"symbol": "XYZ", "price": 100, "tape": tape}]))
        assert scenario.sip is scenario.feeds.sip is not None


def test_a_market_with_sips_by_tape_is_the_market_with_the_one_that_carries_it() -> None:
    agents = [LADDER, client(feed="sip", orders=[{"at": "5ms", "side": "buy", "qty": 900}])]
    keys: dict[str, Any] = {"agents": agents, "duration": "20ms", "warm_up": "0s"}
    one = run(small(feeds={"sip": {"latency": "7us"}}, **keys))
    by_tape = run(small(feeds={"sips": {"A": {"latency": "7us"}, "C": {}}}, **keys))
    assert one.digest == by_tape.digest


def test_sips_are_written_back_as_they_were() -> None:
    feeds = {"sips": {"A": {"processing": "1us"}, "C": {}}, "retail": {"feed": "direct", "interval": "1s"}}
    scenario = load(small(feeds=feeds))
    assert load(scenario) == scenario
    assert list(scenario.feeds.model_dump()) == ["sips", "retail"]


@pytest.mark.parametrize("empty", [None, {}])
def test_a_sip_of_a_tape_without_keys_takes_the_defaults(empty: Any) -> None:
    scenario = load(small(feeds={"sips": {"A": empty}}))
    assert scenario.sip == load(small()).feeds.sip


def test_a_tape_that_no_sip_carries_is_told_with_its_line(tmp_path: Path) -> None:
    text = """\
name: small
instruments: [{symbol: XYZ, price: 100}]
venues: [{name: NYSE, kind: lit}]
feeds:
  sips:
    C: {}
"""
    with pytest.raises(ScenarioError) as wrong:
        load(file_with(tmp_path, text))
    assert str(wrong.value).endswith(
        "market.yaml:5:3: feeds.sips: XYZ is on tape A, which no SIP carries, only C; "
        "write `A: {}` too, or `tape: C` at the instrument"
    )


def test_a_stated_tape_that_no_sip_carries_is_told_where_it_is_stated() -> None:
    stated = small(instruments=[{"symbol": "XYZ", "price": 100, "tape": "B"}], feeds={"sips": {"A": {}, "C": {}}})
    assert messages(stated) == [
        "instruments.XYZ.tape: XYZ is on tape B, which no SIP carries, only A, C; write A, or `B: {}` in `feeds.sips`"
    ]


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({"sips": {}}, "feeds.sips: names no tape; write for example {A: {site: mahwah}, C: {site: carteret}}"),
        ({"sips": {"D": {}}}, "feeds.sips.D: 'D' is not possible here; write one of: A, B, C"),
        ({"sip": {}, "sips": {"A": {}}},
         "feeds: `sip` is for all tapes, `sips` has one for each; write one of the two"),
        ({"sips": {"A": {}, "C": {"latency": {"NYSE": "1us"}}}}, "feeds.sips.C.latency: says nothing of BATS; write "
         "`BATS: 400us`, or `default: 400us` for all that are not named"),
        ({"sips": {"A": {"site": "atlantis"}}}, None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_sips_is_said(feeds: dict[str, Any], message: str | None) -> None:
    found = messages(small(feeds=feeds))
    if message is not None:
        assert found == [message]
    else:
        assert any(told.startswith("feeds.sips.A.site: no site is named 'atlantis'") for told in found)


def test_every_sip_needs_a_lit_venue() -> None:
    pools = [{"name": "POOL", "kind": "dark", "reference": {"feed": "direct"}}]
    found = messages(small(venues=pools, feeds={"sips": {"A": {}, "C": {}}}))
    there_is_none = "there is no lit venue whose quotes it could consolidate; add one to `venues`, or take it out"
    assert found == [f"feeds.sips.A: {there_is_none}", f"feeds.sips.C: {there_is_none}"]


def test_a_sip_of_another_tape_is_nobody_s_business() -> None:
    scenario = load(small(feeds={"sips": {"A": {"latency": "1us"}, "C": {"latency": "9us"}}}))
    assert {lag.nanos for lag in latency_matrix(scenario).heard if lag.who == "SIP"} == {1_000}
    assert all("tape" not in lag.who for lag in latency_matrix(scenario).heard)


# -- odd lots ---------------------------------------------------------------------------------------------


def test_odd_lots_are_seen_in_direct_feeds_and_not_at_the_sip() -> None:
    made = market(LADDER, ODD, client(name="client"), client(name="slow", feed="sip"))
    assert seen(made, 10 * MS) == {"NYSE": (99_9900, 50, 100_0100, 50), "BATS": tuple(WHOLE.values())}
    assert seen(made, 10 * MS, "slow") == {"NYSE": tuple(WHOLE.values()), "BATS": tuple(WHOLE.values())}


# -- retail -----------------------------------------------------------------------------------------------

RETAIL = {"interval": "1ms", "latency": "10us"}


def on_retail(*agents: dict[str, Any], feed: str = "sip", until: int = 10 * MS) -> Market:
    feeds = {"sip": {"latency": "10us", "processing": "0s"}, "retail": {**RETAIL, "feed": feed}}
    return market(LADDER, ODD, client(feed="retail", retail_latency="2ms"), *agents, feeds=feeds, until=until)


def test_a_retail_screen_shows_the_best_at_the_end_of_an_interval_and_its_link_later() -> None:
    made = on_retail(until=3 * MS - 1)
    assert seen(made, 3 * MS - 1) == {}
    made.advance(3 * MS)
    assert seen(made, 3 * MS) == {"NYSE": tuple(WHOLE.values())}


@pytest.mark.parametrize(("feed", "best"), [("sip", tuple(WHOLE.values())), ("direct", (99_9900, 50, 100_0100, 50))])
def test_retail_snapshots_are_of_the_sip_or_of_the_venues_own_feeds(feed: str, best: tuple[int, ...]) -> None:
    assert seen(on_retail(feed=feed), 10 * MS) == {"NYSE": best}


def test_at_most_one_snapshot_an_interval_and_none_without_news() -> None:
    flow = {
        "kind": "background_flow", "limit_rate": "20000/s", "market_rate": "2000/s", "news": "1us", "size": [100, 300],
    }  # fmt: skip
    feeds = {"sip": {}, "retail": {"interval": "1ms"}}
    made = market(LADDER, flow, client(feed="retail"), feeds=feeds, fundamental={"kind": "constant"}, until=15 * MS)
    assert made.retail is not None
    made.retail.advance(15 * MS)
    times = made.retail.history.times
    assert len(times) > 5
    assert all(at % MS == 0 for at in times)
    assert len(set(times)) == len(times)
    quiet = market(LADDER, client(feed="retail"), feeds=feeds, until=15 * MS)
    assert quiet.retail is not None
    quiet.retail.advance(15 * MS)
    assert len(quiet.retail.history.times) == 1


def test_an_order_routed_by_a_retail_screen_goes_to_the_best_it_shows() -> None:
    order = {"at": "5ms", "side": "buy", "qty": 300}
    feeds = {"sip": {}, "retail": RETAIL}
    router = client(feed="retail", retail_latency="1ms", strategy="price_time", orders=[order])
    result = run(small(venues=[NYSE, BATS], agents=[LADDER, router], feeds=feeds, duration="20ms", warm_up="0s"))
    assert result.summary.iloc[0]["fill_rate"] == 1.0


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"agents": [client(feed="retail")]},
         "agents.client.feed: there is no retail feed to read; write `feeds: {sip: {}, retail: {}}`, "
         "or `feed: direct` here"),
        ({"feeds": {"retail": {}}, "venues": [NYSE]},
         "feeds.retail.feed: there is no SIP to read; write `feeds: {sip: {}}`, or `feed: direct` here"),
        ({"feeds": {"sip": {}, "retail": {"interval": "0ms"}}},
         "feeds.retail.interval: '0ms' is no time at all; write a duration above zero, such as 350us or 60s"),
        ({"feeds": {"sip": {}, "retail": {"latency": {"NYSE": "1us"}}}},
         "feeds.retail.latency: the SIP has one place; write one latency, or `feed: direct` for some by venue"),
        ({"feeds": {"sip": {}, "retail": {"feed": "direct", "latency": {"NYSE": "1us"}}}},
         "feeds.retail.latency: says nothing of BATS; write `BATS: 400us`, or `default: 400us` for all that are "
         "not named"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_retail_feed_is_said(keys: dict[str, Any], message: str) -> None:
    assert messages(small(**keys)) == [message]


def test_a_retail_feed_on_the_map_is_wired() -> None:
    sites = {"A": {"site": "mahwah"}, "C": {"site": "carteret"}}
    feeds = {"sips": sites, "retail": {"site": "secaucus"}}
    venues = [{**NYSE, "site": "mahwah"}, {**BATS, "site": "secaucus"}]
    on_map = load(small(venues=venues, feeds=feeds, agents=[client(feed="retail", site="weehawken")]))
    heard = {(lag.who, lag.whom): lag.nanos for lag in latency_matrix(on_map).heard}
    assert heard["retail", "SIP"] > 100 * US
    assert 10 * US < heard["client", "retail"] < 50 * US


# -- feeds of other agents ----------------------------------------------------------------------------------


def test_a_maker_on_the_sip_fades_when_the_sip_tells_of_the_sweep() -> None:
    maker = {
        "kind": "market_maker", "name": "maker", "half_spread": 0.01, "size": 200, "news": "1us", "reaction": "0s",
        "round_trip": "20us", "fade_size": 300, "refresh": "5ms", "feed_latency": "30us", "sip_latency": "100us",
    }  # fmt: skip
    order = {"at": "10ms", "side": "buy", "qty": 500}
    sweep = client(strategy={"kind": "single_venue", "venue": "NYSE"}, orders=[order])
    keys: dict[str, Any] = {"venues": [NYSE, BATS], "duration": "20ms", "warm_up": "0s"}

    def faded(feed: str) -> int:
        """When the maker's cancel is at BATS, ns."""
        agents = [{**LADDER, "venues": ["NYSE"]}, {**maker, "feed": feed}, sweep]
        feeds = {"sip": {"latency": "50us", "processing": "0s"}}
        result = run(small(agents=agents, feeds=feeds, fundamental={"kind": "constant"}, **keys))
        orders = result.orders
        return int(orders[(orders["venue"] == 1) & (orders["action"] == 1)]["at"].iloc[0])

    assert faded("sip") - faded("direct") == 50 * US + 100 * US - 30 * US


def test_a_maker_has_no_retail_feed() -> None:
    maker = {"kind": "market_maker", "half_spread": 0.01, "size": 100, "news": "1ms", "feed": "retail"}
    found = messages(small(agents=[maker], fundamental={"kind": "constant"}))
    assert found == ["agents.market_maker.feed: 'retail' is not possible here; write one of: direct, sip"]


WATCHER = """
from agents.participant import Participant

class Watcher(Participant):
    kind = "custom"

    def __init__(self, place, name, number, sessions, news, board, draws):
        super().__init__(place, name, number, sessions)
        self.board = board
"""


@pytest.mark.parametrize(("feed", "board"), [("direct", "DirectBoard"), ("sip", "SipView"), ("retail", "RetailView")])
def test_an_agent_of_one_s_own_is_given_the_board_of_its_feed(feed: str, board: str, tmp_path: Path) -> None:
    (tmp_path / "watcher.py").write_text(WATCHER)
    agent = {"kind": "watcher.py:Watcher", "name": "mine", "feed": feed}
    scenario = load(in_a_file(tmp_path, agents=[agent], feeds={"sip": {}, "retail": {}}))
    made: Any = build(scenario, EventLog()).agents["mine"]
    assert type(made.board).__name__ == board


# -- price levels -------------------------------------------------------------------------------------------

LEVELS = (((99_9800, 500), (99_9700, 500)), ((100_0200, 500), (100_0300, 500)))


def test_a_router_sees_the_price_levels_of_its_lit_venues_as_late_as_their_quotes() -> None:
    made = market(LADDER, client(depth=2, feed_latency={"NYSE": "1ms", "BATS": "3ms"}), until=2 * MS)
    depths: Any = made.routers["client"].depths
    assert depths.depth("NYSE", 2 * MS) == LEVELS
    assert depths.depth("BATS", 2 * MS) == ((), ())
    assert seen(made, 2 * MS).keys() == {"NYSE"}
    made.advance(4 * MS)
    assert depths.depth("BATS", 4 * MS) == LEVELS


SPLITTER = '''
from agents.orders import ChildOrder

def across_levels(parent, view):
    """Takes each level of one venue by an order of its own."""
    for price, qty in view.depth("NYSE").opposite(parent.side):
        yield [ChildOrder("NYSE", min(qty, view.leaves), price)]
'''


def test_a_strategy_takes_what_it_sees_behind_the_best(tmp_path: Path) -> None:
    (tmp_path / "splitter.py").write_text(SPLITTER)
    order = {"at": "5ms", "side": "buy", "qty": 900}
    router = client(depth=3, strategy={"kind": "splitter.py:across_levels"}, orders=[order])
    keys: dict[str, Any] = {"venues": [NYSE, BATS], "duration": "20ms", "warm_up": "0s"}
    result = run(in_a_file(tmp_path, agents=[LADDER, router], **keys))
    children = result.tables.children[["price", "qty"]].to_numpy().tolist()
    assert children == [[100_0200, 500], [100_0300, 400]]


def test_a_depth_feed_changes_nothing_in_a_market_that_does_not_read_it() -> None:
    agents = [LADDER, client(orders=[{"at": "5ms", "side": "buy", "qty": 900}])]
    deep = [LADDER, client(depth=5, orders=[{"at": "5ms", "side": "buy", "qty": 900}])]
    keys: dict[str, Any] = {"venues": [NYSE, BATS], "duration": "20ms", "warm_up": "0s"}
    assert run(small(agents=agents, **keys)).digest == run(small(agents=deep, **keys)).digest


@pytest.mark.parametrize(("feed", "name"), [("sip", "the SIP"), ("retail", "the retail feed")])
def test_depth_comes_from_the_venues_alone(feed: str, name: str) -> None:
    found = messages(small(agents=[client(feed=feed, depth=5)], feeds={"sip": {}, "retail": {}}))
    told = "tells of best quotes alone; write `feed: direct`, or take `depth` out"
    assert found == [f"agents.client.depth: {name} {told}"]


# -- who sees what ------------------------------------------------------------------------------------------


def test_check_tells_who_sees_what_over_which_feed() -> None:
    agents = [
        client(name="screen", feed="retail"),
        client(name="deep", depth=5),
        {"kind": "market_maker", "name": "maker", "half_spread": 0.01, "size": 100, "news": "1ms", "feed": "sip"},
    ]
    keys: dict[str, Any] = {"fundamental": {"kind": "constant"}, "venues": [NYSE, BATS]}
    rows = check_report(load(small(agents=agents, feeds={"sip": {}, "retail": {}}, **keys))).rows
    told = [(row.who, row.what, row.by, row.how_late) for row in rows if row.what.startswith(("quotes", "publishes"))]
    assert ("retail", "quotes", "SIP", "1ms") in told
    assert ("retail", "publishes", "snapshots", "every 250ms") in told
    assert ("screen", "quotes", "retail feed", "10ms") in told
    assert ("deep", "quotes, 5 levels", "direct feed", "150us") in told
    assert ("maker", "quotes", "SIP", "200us") in told
