"""Rows "leakage ...": who learns of a dark order that missed, whether the lit quote fades, what `dark_first` pays.

The exact rows hold two markets' lit quotes against each other, row for row: with probes that all miss, and without the
client. The others are paired by seed.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO = "validation/leakage"
RUNS: Final = 10

READS = "agents.bait.reads=true"
EMPTY = "agents.bait.enabled=false"
LISTENS = ("agents.bait.bait=0", "agents.bait.asks=true", READS)
PROBES = "agents.client.strategy={kind: dark_first, max_rounds: 1}"
NO_CLIENT = "agents.client.enabled=false"
LEAST_COST: Final = 0.05
"""What a probe of an empty pool may cost, bps: the moves of a market in 400 us."""


def measure(result: RunResult) -> Figures:
    """Fade, cost, dark children and their fills, and the lit quotes as one number."""
    from analysis.lit_fade import lit_fade
    from analysis.metrics import venue_table

    tables = result.tables
    figures: Figures = {"lit quotes": quotes_number(result), "quotes": float(len(tables["quotes"]))}
    if len(tables["parents"]):
        fade = lit_fade(tables)
        figures |= {"displayed": float(fade.displayed), "gone": float(fade.gone)}
        figures["all_in_bps"] = float(result.summary.iloc[0]["all_in_bps"])
        at_pool = venue_table(tables).query("venue == 'POOL'")
        figures["probes"], figures["dark shares"] = (
            float(at_pool[name].sum()) for name in ("children", "filled_shares")
        )
    return figures


def quotes_number(result: RunResult) -> float:
    """The lit venues' quotes, hashed: equal quotes give equal numbers (52 bits)."""
    quotes = result.tables["quotes"]
    names = ("at", "venue", "bid", "bid_qty", "ask", "ask_qty")
    content = b"".join(quotes[name].astype("<i8").tobytes() for name in names)
    return float(int(sha256(content).hexdigest()[:13], 16))


def _market(name: str, *settings: str) -> Market:
    return Market(f"leakage {name}", SCENARIO, settings, measure, RUNS)


MARKETS: Final = {
    name: _market(name, *settings)
    for name, settings in {
        "unread": (),
        "read": (READS,),
        "empty": (EMPTY,),
        "lit": ("agents.client.strategy=price_time",),
        "probes": (EMPTY, PROBES),
        "no probes": (EMPTY, NO_CLIENT),
        "probes heard": (*LISTENS, PROBES),
        "no probes heard": (*LISTENS, NO_CLIENT),
    }.items()
}


def _same_quotes(found: Found, name: str, probed: str, claim: str) -> Row:
    a, b = (found.each(f"leakage {which}", "lit quotes") for which in (probed, f"no {probed}"))
    equal = sum(one == other for one, other in zip(a, b, strict=True))
    market = f"leakage {probed}"
    probes, filled = found.total(market, "probes"), found.total(market, "dark shares")
    quotes = found.total(market, "quotes")
    same = f"{quotes:,.0f} lit quotes, equal in {equal} of {len(a)} runs"
    effect = f"{probes:,.0f} probes, {filled:,.0f} shares filled; {same}"
    return Row(name, claim, effect, probes > 0 and not filled and equal == len(a))


def _nobody(found: Found) -> list[Row]:
    claim = "nobody in the pool: a dark IOC that misses changes no lit quote, none at all"
    return [_same_quotes(found, "leakage nobody", "probes", claim)]


def _indications(found: Found) -> list[Row]:
    claim = "somebody listens to the pool's indications: an IOC never rests, so they tell nothing of it"
    return [_same_quotes(found, "leakage indications", "probes heard", claim)]


def _faded(its: Figures) -> float:
    return its["gone"] / its["displayed"]


def _fade(found: Found) -> list[Row]:
    change = found.difference("leakage read", "leakage unread", _faded)
    unread = found.mean("leakage unread", _faded)
    claim = "bait in the pool that reads its own fill: the lit quote fades before the rest of the order comes"
    effect = f"{text_of(change, 100, 'points')} of displayed shares, {unread.mean:.1%} gone when nobody reads"
    return [Row("leakage fade", claim, effect, change.low > 0)]


def _cost(found: Found) -> list[Row]:
    def against(market: str, other: str) -> tuple[str, float, float]:
        change = found.difference(f"leakage {market}", f"leakage {other}", "all_in_bps")
        return text_of(change, 1, "bps"), change.low, change.high

    read, low, _ = against("read", "unread")
    worse, worse_low, _ = against("read", "lit")
    better, _, better_high = against("unread", "lit")
    time, time_low, time_high = against("empty", "lit")
    return [
        Row("leakage cost", "the same bait, read or not: what the leak costs dark_first, all-in", read, low > 0),
        Row("leakage price", "read, asking the pool first is dearer than not asking", worse, worse_low > 0),
        Row("leakage gain", "unread, asking first is cheaper: half the spread on 100 shares", better, better_high < 0),
        Row(
            "leakage time",
            f"an empty pool costs its 400 us and no more: under {LEAST_COST} bps either way",
            time,
            -LEAST_COST < time_low <= time_high < LEAST_COST,
        ),
    ]


def _proof(name: str, markets: tuple[str, ...], judge: Callable[[Found], list[Row]]) -> Proof:
    return Proof(name, tuple(MARKETS[market] for market in markets), judge)


PROOFS: tuple[Proof, ...] = (
    _proof("leakage nobody", ("probes", "no probes"), _nobody),
    _proof("leakage indications", ("probes heard", "no probes heard"), _indications),
    _proof("leakage fade", ("unread", "read"), _fade),
    _proof("leakage cost", ("unread", "read", "empty", "lit"), _cost),
)
