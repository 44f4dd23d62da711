"""The built-in scenario that replays a recorded file, on its own file and on real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.recordings.reading import Recording
from agents.tables import STATE_KEYS
from scenarios.problems import ScenarioError
from scenarios.run import RunResult, run
from scenarios.source import LIBRARY
from scenarios.synthetic_orders import synthetic_orders

SYNTHETIC = LIBRARY / "recordings" / "synthetic_orders.csv"
ALONE = "agents.client.enabled=false"


def replayed(*settings: str) -> RunResult:
    return run("replay_orders", set=settings)


def last_states(result: RunResult) -> dict[str, int]:
    """What the recording said last of itself."""
    states = result.tables["states"]
    rows = zip(states["owner"], states["key"], states["value"], strict=True)
    return {STATE_KEYS[int(key)]: int(value) for owner, key, value in rows if owner == 0}


def last_sizes(result: RunResult) -> tuple[int, int]:
    quotes = result.tables["quotes"]
    return int(quotes["bid_qty"][-1]), int(quotes["ask_qty"][-1])


@pytest.fixture(scope="module")
def alone() -> RunResult:
    return replayed(ALONE)


@pytest.fixture(scope="module")
def with_client() -> RunResult:
    return replayed()


def test_the_file_that_ships_is_the_one_that_is_drawn():
    assert SYNTHETIC.read_text() == "".join(f"{line}\n" for line in synthetic_orders())


def test_another_seed_draws_another_file():
    assert list(synthetic_orders(rows=20, seed=1)) != list(synthetic_orders(rows=20, seed=2))


def test_alone_every_row_fits_and_the_book_ends_empty(alone):
    states = last_states(alone)
    assert (states["fit"], states["unfit"]) == (len(list(Recording(SYNTHETIC).rows())), 0)
    assert alone.trades > 50
    assert last_sizes(alone) == (0, 0)


def test_a_client_trades_with_recorded_orders_and_what_no_longer_fits_is_counted(alone, with_client):
    states = last_states(with_client)
    assert states["unfit"] > 0
    assert states["fit"] + states["unfit"] == last_states(alone)["fit"]
    assert with_client.summary.loc["client", "fill_rate"] == 1


def test_the_same_run_has_the_same_digest(with_client):
    assert replayed().digest == with_client.digest


def test_rows_can_be_sent_later(alone):
    later = replayed(ALONE, "agents.recording.start=1s")
    assert list(later.orders["at"] - 1_000_000_000) == list(alone.orders["at"])


def test_a_file_of_ones_own_takes_its_place(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("ordtype,uid,is_buy,qty,price,timestamp\nnew,1,True,100,99.5,2024-01-02 09:30:00\n")
    result = replayed(ALONE, f"agents.recording.file={own}", "instruments.0.tick=0.5")
    assert list(result.orders["qty"]) == [100]


def problems_of(settings: Sequence[str]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        replayed(*settings)
    return str(caught.value).splitlines()


def test_a_file_with_mistakes_is_refused_before_time_moves(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(
        "ordtype,uid,is_buy,qty,price,timestamp\nnew,1,True,100,99.5,noon\nnew,2,True,0,9,2024-01-02 09:30:00\n"
    )
    first, second = problems_of([f"agents.recording.file={own}"])
    assert f"{own}:2: timestamp 'noon' is not a time" in first
    assert f"{own}:3: qty 0 is below 1" in second


def test_a_tick_that_does_not_suit_the_file_is_told():
    assert "is not a multiple of the venue's tick of 0.05" in problems_of(["instruments.0.tick=0.05"])[0]


def test_a_real_session_makes_its_trades(shared_data: Path):
    orders = shared_data / "bme_ana_orders_20190523" / "orders.csv.gz"
    tick = ("instruments.0.tick=0.05", "instruments.0.price=95.80", "duration=31000s")
    result = replayed(ALONE, f"agents.recording.file={orders}", *tick)
    assert (result.trades, result.shares_traded) == (996, 54_378)
    assert last_states(result)["unfit"] == 0
    assert last_sizes(result) == (0, 0)


def test_a_real_hour_begins_with_its_book(shared_data: Path):
    folder = shared_data / "lobster_aapl_20120621"
    files = (
        f"agents.recording.file={folder / 'messages_l50_0930_1030.csv.gz'}",
        f"agents.recording.book={folder / 'book_l50_first672.csv.gz'}",
    )
    result = replayed(ALONE, *files, "instruments.0.price=585.60", "duration=20s")
    assert last_states(result)["unfit"] == 0
    assert last_states(result)["fit"] > 500
