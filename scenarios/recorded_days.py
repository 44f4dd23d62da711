"""Recorded days of real markets through `replay_orders`: the figures that a user with the same files can check.

The files belong to their publishers and are in no package. They are looked for in the folder that the environment
variable SORSIM_DATA names, or in `shared/data` beside the checkout; without them nothing is claimed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.participant import UNFIT
from scenarios.load import load
from venues.tables import QUOTES

if TYPE_CHECKING:
    from analysis.lead_lag import Mids

ALONE = {"agents.client.enabled": "false"}


def data_folder() -> Path | None:
    """Where the recorded days are; None: not on this machine."""
    stated = os.environ.get("SORSIM_DATA")
    folder = Path(stated) if stated else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


def order_entry_day(data: Path) -> tuple[int, int, int]:
    """Acciona, Madrid, 23 May 2019, order entries: (trades, shares, rows that did not fit)."""
    result = _replay(
        {
            "agents.recording.file": str(data / "bme_ana_orders_20190523" / "orders.csv.gz"),
            "instruments.0.tick": "0.05",
            "instruments.0.price": "95.80",
            "duration": "31000s",
        }
    )
    states = result.tables.states
    unfit = int(states[states["key"] == UNFIT]["value"].iloc[-1])
    return result.trades, result.shares_traded, unfit


def lobster_hour(data: Path) -> tuple[int, int]:
    """Apple, 21 June 2012, 9:30 to 10:30: (published best-quote states that agree, published states)."""
    from analysis.quote_states import agreement, published_states, recorded_states

    folder = data / "lobster_aapl_20120621"
    result = _replay(
        {
            "agents.recording.file": str(folder / "messages_l50_0930_1030.csv.gz"),
            "agents.recording.book": str(folder / "book_l50_first672.csv.gz"),
            "instruments.0.price": "585.60",
            "duration": "3602s",
        }
    )
    quotes = result.log.table(QUOTES).columns()
    found = agreement(recorded_states(quotes), published_states(folder / "book_l1_fullday.csv.gz"))
    return found.matching, found.published


def bitcoin_mids(data: Path) -> dict[str, Mids]:
    """Binance, 8 August 2024, the mids of three order books by name, at the times when they were received."""
    import pandas as pd

    from analysis.lead_lag import Mids

    mids = {}
    for name in ("spot_btcusdt", "usdm_btcusdt", "coinm_btcusd"):
        file = data / "binance_btc_3venues_20240808" / f"{name}_bbo.csv.gz"
        quotes = pd.read_csv(file, usecols=["recv_ns", "bid_px", "ask_px"])
        mids[name.split("_")[0]] = Mids(
            quotes["recv_ns"].to_numpy(), ((quotes["bid_px"] + quotes["ask_px"]) / 2).to_numpy()
        )
    return mids


def _replay(settings: dict[str, str]) -> Any:
    from scenarios.run import run

    return run(load("replay_orders", set={**settings, **ALONE}))
