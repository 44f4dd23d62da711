"""Rule regimes: what a scenario's `regime` holds its fees, tick and round lot against.

A regime changes nothing by itself: `check` says what does not fit it, and what to write. So a scenario says its
numbers, and a change of regime is seen in the file.

Sources: 17 CFR 242.610(c) (access fees), 242.612 (minimum increments), 242.600(b)(93) (round lots), and the SEC's
amendments of September 2024 (34-101070). Their compliance dates have moved since, so a regime is named for the rules
and not for a date. Illustrative: the tick of a stock is set twice a year from the spread of a past quarter, its round
lot from a month's average price; here from `average_spread` and the opening price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from scenarios.fee_parts import Fees
from scenarios.market_parts import AnyVenue, Instrument, LitVenue
from scenarios.problems import TreePath
from scenarios.quantities import format_fee, format_price
from venues.messages import LARGEST_PRICE, MICROS_PER_UNIT, UNITS_PER_DOLLAR

Told = Iterator[tuple[TreePath, str]]
"""Where, and what is wrong."""

PENNY, HALF_PENNY = 100, 50
NARROW: Final = 150
"""$0.015: a stock whose average quoted spread is no wider has half-penny ticks (17 CFR 242.612(b)(2))."""


@dataclass(frozen=True, slots=True)
class Regime:
    """One set of rules.

    Attributes:
        fee_cap: of an access fee at $1 and more, millionths of a dollar per share.
        fee_share: of the price below $1, in 1/10,000.
        half_penny: stocks with narrow spreads have half-penny ticks.
        lots: (up to this price, shares), ascending; price units. Above the last one: one share.
    """

    name: str
    fee_cap: int
    fee_share: int
    half_penny: bool
    lots: tuple[tuple[int, int], ...]

    def cap(self, price: int) -> int:
        """The most that an access fee may be at a price (price units), millionths of a dollar per share.

        >>> REGIMES["pre2025"].cap(100_0000), REGIMES["adopted2024"].cap(5_000)
        (3000, 500)
        """
        return self.fee_cap if price >= UNITS_PER_DOLLAR else price * MICROS_PER_UNIT * self.fee_share // 10_000

    def tick(self, price: int, average_spread: int | None) -> int:
        """The smallest price step at a price (price units).

        >>> REGIMES["adopted2024"].tick(100_0000, 120), REGIMES["pre2025"].tick(100_0000, 120)
        (50, 100)
        """
        if price < UNITS_PER_DOLLAR:
            return 1
        narrow = average_spread is not None and average_spread <= NARROW
        return HALF_PENNY if self.half_penny and narrow else PENNY

    def lot(self, price: int) -> int:
        """The round lot at a price (price units), shares.

        >>> [REGIMES["adopted2024"].lot(dollars * 10_000) for dollars in (250, 251, 1_001, 10_001)]
        [100, 40, 10, 1]
        """
        return next((shares for up_to, shares in self.lots if price <= up_to), 1)


REGIMES: Final[Mapping[str, Regime]] = {
    "pre2025": Regime("pre2025", 3_000, 30, False, ((1 << 62, 100),)),
    "adopted2024": Regime("adopted2024", 1_000, 10, True, ((250_0000, 100), (1_000_0000, 40), (10_000_0000, 10))),
}
"""By name."""


def regime_problems(regime: Regime, instrument: Instrument, venues: Mapping[int, AnyVenue]) -> Told:
    """What does not fit the regime."""
    for index, venue in venues.items():
        if isinstance(venue, LitVenue):
            yield from fees_above_the_cap(regime, instrument.price, venue.fees, ("venues", index, "fees"))
            yield from wrong_tick_steps(regime, instrument, venue, ("venues", index, "policies", "ticks"))
    yield from wrong_tick(regime, instrument)
    yield from wrong_lot(regime, instrument)


def fees_above_the_cap(regime: Regime, price: int, fees: Fees, path: TreePath) -> Told:
    """What it costs to take a displayed quote is capped; rebates and what makers pay are not."""
    cap = regime.cap(price)
    takers = [((*path, "taker"), fees.taker)]
    takers += [((*path, "tiers", index, "taker"), tier.taker) for index, tier in enumerate(fees.tiers or ())]
    for place, fee in takers:
        if fee > cap:
            most = f"the access-fee cap of {regime.name} at {format_price(price)}, {format_fee(cap)} a share"
            yield place, f"{format_fee(fee)} is above {most}; write that or less"


def wrong_tick(regime: Regime, instrument: Instrument) -> Told:
    """Nobody quotes in finer steps than the rules have."""
    least = regime.tick(instrument.price, instrument.average_spread)
    if instrument.tick % least:
        tick, spread = format_price(instrument.tick), instrument.average_spread
        message = f"{tick} is no multiple of the smallest tick of {regime.name}, {format_price(least)}"
        if regime.half_penny and instrument.tick == HALF_PENNY and (spread is None or spread > NARROW):
            message += f"; write that, or an `average_spread` of {format_price(NARROW)} or less beside it"
        else:
            message += "; write that"
        yield ("instruments", 0, "tick"), message


def wrong_tick_steps(regime: Regime, instrument: Instrument, venue: LitVenue, path: TreePath) -> Told:
    """Nor does a venue whose ticks depend on the price; a step from below $1 on may reach above it."""
    steps = None if venue.policies is None else venue.policies.ticks
    if not steps:
        return
    ends = [*(step.price - 1 for step in steps[1:]), LARGEST_PRICE]
    for index, (step, end) in enumerate(zip(steps, ends, strict=True)):
        least = regime.tick(end, instrument.average_spread)
        if step.tick % least:
            start = format_price(max(step.price, UNITS_PER_DOLLAR if end >= UNITS_PER_DOLLAR else 0))
            told = f"{format_price(step.tick)} is no multiple of the smallest tick of {regime.name} from {start} on"
            yield (*path, index, "tick"), f"{told}, {format_price(least)}; write that, or add a step from there"


def wrong_lot(regime: Regime, instrument: Instrument) -> Told:
    """The round lot follows from the price."""
    lot = regime.lot(instrument.price)
    if instrument.lot != lot:
        message = f"{instrument.lot} is not the round lot of {regime.name} at {format_price(instrument.price)}"
        yield ("instruments", 0, "lot"), f"{message}; write {lot}"
