"""The markets that strategies stumble over, and the parents that are put through them.

Prices around $100.00, sizes in shares, times in ns; a round trip takes 500 us, a parent has 100 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from agents.strategy_trial import ScriptedExperience, ScriptedMarket, at_most, buy, sell

MakeMarket = Callable[[], ScriptedMarket]
Quotes = Mapping[str, tuple[int, int, int, int]]

QUOTES: Final[Quotes] = {
    "NYSE": (99_9900, 300, 100_0000, 300),
    "NASDAQ": (99_9900, 500, 100_0100, 500),
    "IEX": (99_9800, 100, 100_0000, 200),
}
POOLS: Final = {"SIGMA_DARK": 400, "CROSSFINDER": 0}
MANY: Final[Quotes] = {
    f"VENUE_{n:02}": (99_9900 - 100 * (n % 3), 100 + 50 * n, 100_0000 + 100 * (n % 4), 100 + 70 * n) for n in range(12)
}
MS: Final = 1_000_000

PARENTS: Final = (
    buy(1),
    sell(1),
    buy(700),
    sell(700),
    buy(5_000, limit=100_0100),
    sell(5_000, limit=99_9800),
    buy(400, limit=99_0000),
    sell(400, limit=101_0000),
)
FEW: Final = (buy(700), sell(700), buy(5_000, limit=100_0100))
SHORT: Final = (buy(700, horizon=1), sell(700, horizon=200_000), buy(700, horizon=600_000), buy(5_000, horizon=3 * MS))
ODD: Final = (buy(1), buy(99), sell(101), buy(777, limit=100_0050), sell(333, limit=99_9950))


def full(**options: Any) -> ScriptedMarket:
    """Three venues, two pools, quotes that stay gone once they are taken."""
    return ScriptedMarket(QUOTES, POOLS, **options)


def refilling(quotes: Quotes = QUOTES, **options: Any) -> ScriptedMarket:
    """New sizes everywhere, every 2 ms."""
    market = ScriptedMarket(quotes, POOLS, **options)
    for step in range(1, 40):
        for venue in quotes:
            market.at(step * 2 * MS, partial(ScriptedMarket.show, venue=venue, bid_qty=100 * step, ask_qty=100 * step))
    return market


def measured() -> ScriptedMarket:
    """A refilling market in which the router has a past."""
    seen = ScriptedExperience(
        {"NYSE": 300_000, "NASDAQ": 250_000, "SIGMA_DARK": 500_000},
        {"NYSE": 0.4, "NASDAQ": 1.0, "SIGMA_DARK": 0.0},
        {"NYSE": 60.0, "NASDAQ": -20.0, "SIGMA_DARK": 0.5},
    )
    return refilling(experience=seen)


def halting() -> ScriptedMarket:
    """NYSE shows nothing and refuses from 1 ms to 20 ms, everybody from 30 ms on."""
    market = refilling()
    market.at(MS, partial(ScriptedMarket.show, venue="NYSE", bid_qty=0, ask_qty=0))
    market.at(MS, lambda m: m.refusing.update(["NYSE"]))
    market.at(20 * MS, lambda m: m.refusing.difference_update(["NYSE"]))
    market.at(20 * MS, partial(ScriptedMarket.show, venue="NYSE", bid_qty=300, ask_qty=300))
    market.at(30 * MS, lambda m: m.refusing.update((*QUOTES, *POOLS)))
    return market


def running() -> ScriptedMarket:
    """Prices that run up and back again, so that limits are reached and left."""
    market = ScriptedMarket(QUOTES, POOLS, fills=at_most(100))
    for step in range(1, 30):
        up = 100 * (step if step < 15 else 30 - step)
        for venue, (bid, _, ask, _) in QUOTES.items():
            market.at(step * 3 * MS, partial(ScriptedMarket.show, venue=venue, bid=bid + up, ask=ask + up, ask_qty=300))
    return market


def without_offers() -> ScriptedMarket:
    """Nobody sells, though many buy."""
    return ScriptedMarket({venue: (*quote[:2], 0, 0) for venue, quote in QUOTES.items()}, POOLS)


def empty() -> ScriptedMarket:
    """No quote at all."""
    return ScriptedMarket(dict.fromkeys(QUOTES, (0, 0, 0, 0)), POOLS)


def crossed() -> ScriptedMarket:
    """A bid above an offer elsewhere."""
    return ScriptedMarket({"NYSE": (100_0300, 300, 100_0400, 300), "IEX": (99_9900, 200, 100_0000, 100)}, POOLS)


def locked() -> ScriptedMarket:
    """A bid at an offer elsewhere, and at one's own."""
    return ScriptedMarket({"NYSE": (100_0000, 300, 100_0100, 300), "IEX": (100_0000, 200, 100_0000, 100)}, POOLS)


def odd_sizes() -> ScriptedMarket:
    """Sizes that are no round lots, prices between whole cents."""
    quotes = {"NYSE": (99_9950, 37, 100_0050, 1), "IEX": (99_9900, 1, 100_0050, 99)}
    return ScriptedMarket(quotes, {"SIGMA_DARK": 13}, tick=50)


def cut_off_after(time: int) -> ScriptedMarket:
    """As :func:`refilling` until ``time``; then nothing is quoted any more, nothing happens."""
    market = refilling()
    market.script = [(at, change) for at, change in market.script if at <= time]
    for venue in QUOTES:
        market.at(time + 1, partial(ScriptedMarket.show, venue=venue, bid_qty=0, ask_qty=0))
    return market


ORDINARY: Final[Mapping[str, MakeMarket]] = {"full": full, "refilling": refilling, "measured": measured}
"""Names complete the sentence "in a market that is ..."."""
