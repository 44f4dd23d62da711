"""What venues decide differently: named values, one per question, all of them in one place.

A :class:`Policies` is what a scenario's `policies:` of a venue becomes; `docs/matching.md` says what each value does.
The defaults are those of a US exchange for US equities as far as such a thing exists.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CENT: Final = 100
"""$0.01 in price units."""


class SelfTrade(StrEnum):
    """What happens when an order meets one of the same owner."""

    NONE = "none"
    CANCEL_NEWEST = "cancel_newest"
    CANCEL_OLDEST = "cancel_oldest"
    CANCEL_BOTH = "cancel_both"
    DECREMENT = "decrement"
    SKIP = "skip"


class IcebergRefresh(StrEnum):
    """When the next peak of an iceberg shows."""

    AT_ONCE = "at_once"
    AFTER_SWEEP = "after_sweep"


class MinQtyMode(StrEnum):
    """What an incoming order's minimum counts."""

    AGGREGATE = "aggregate"
    PER_INTERACTION = "per_interaction"


class PostOnly(StrEnum):
    """What becomes of a post-only order that would take."""

    REJECT = "reject"
    SLIDE = "slide"


class PostOnlyMeetsHidden(StrEnum):
    """What becomes of a post-only order that would take from hidden orders alone."""

    REJECT = "reject"
    LOCK = "lock"
    EXECUTE = "execute"


class PegTime(StrEnum):
    """Whether a peg that follows its reference gets a new place in time."""

    NEW = "new"
    KEPT = "kept"


class PegReference(StrEnum):
    """What a peg follows: this book's displayed best, or the national best as the venue sees it."""

    VENUE = "venue"
    NATIONAL = "national"


class PegWithoutReference(StrEnum):
    """What becomes of a peg while there is nothing to follow."""

    INACTIVE = "inactive"
    CANCEL = "cancel"


class DiscretionaryRest(StrEnum):
    """Where a discretionary peg rests: a tick outside the best price of its own side, or at it (before 2019)."""

    OUTSIDE = "outside"
    AT_QUOTE = "at_quote"


class MarketRemainder(StrEnum):
    """What becomes of the rest of a DAY or GTC market order."""

    CANCEL = "cancel"
    LAST_PRICE = "last_price"
    REST = "rest"


class ReplaceQty(StrEnum):
    """What a replace's quantity names."""

    TOTAL = "total"
    OPEN = "open"


class SmallerSize(StrEnum):
    """Whether a replace to the same price and no more shares keeps its place."""

    KEEPS = "keeps"
    LOSES = "loses"


class TriggerSource(StrEnum):
    """Which price sets off stop orders."""

    LAST = "last"
    QUOTE = "quote"
    MID = "mid"


class StopThrough(StrEnum):
    """What becomes of a stop order that the market is through when it comes."""

    FIRE = "fire"
    REJECT = "reject"


class FokCounts(StrEnum):
    """What a fill-or-kill order counts as available."""

    ALL = "all"
    DISPLAYED = "displayed"


class HaltOrders(StrEnum):
    """What becomes of new orders and replaces during a halt."""

    REJECT = "reject"
    QUEUE = "queue"


class OffTick(StrEnum):
    """What becomes of a limit that is not a multiple of the tick."""

    REJECT = "reject"
    ROUND = "round"


class OddLots(StrEnum):
    """Whether sizes that are no multiple of the lot are taken."""

    ACCEPT = "accept"
    REJECT = "reject"


class IdReuse(StrEnum):
    """Whether the id of a finished order may be used again."""

    WHEN_DONE = "when_done"
    NEVER = "never"


class BandReference(StrEnum):
    """What limit-up/limit-down bands are drawn around."""

    AVERAGE = "average"
    """The mean price of the trades of the last five minutes; it moves when that is 1 % away or more."""
    LAST = "last"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Band:
    """Limit-up/limit-down. ``width``: 1/10,000 of the reference; ``limit_state``, ``pause``: ns.

    Source: Plan to Address Extraordinary Market Volatility (SEC 4-631), sections V to VII: 15 s and 5 min.
    """

    width: int = 500
    reference: BandReference = BandReference.AVERAGE
    limit_state: int = 15_000_000_000
    pause: int = 300_000_000_000


class TickTable:
    """The tick by price: pairs (from this price on, tick), ascending, the first from 0; price units.

    >>> table = TickTable(((0, 1), (1_0000, 100)))
    >>> table.at(9_999), table.at(1_0000)
    (1, 100)
    """

    __slots__ = ("_from", "rows")

    def __init__(self, rows: tuple[tuple[int, int], ...]) -> None:
        starts = [start for start, _ in rows]
        if not rows or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError(f"ticks = {rows}: pairs (from price, tick) in rising order, the first from 0")
        for (start, tick), before in zip(rows, ((0, 1), *rows), strict=False):
            if tick <= 0 or start % tick or start % before[1]:
                raise ValueError(f"ticks from {start} with tick {tick}: a start must be a multiple of both its ticks")
        self.rows = rows
        self._from = starts

    def at(self, price: int) -> int:
        """The tick that applies at this price."""
        return self.rows[bisect_right(self._from, price) - 1][1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TickTable) and other.rows == self.rows

    def __hash__(self) -> int:
        return hash(self.rows)

    def __repr__(self) -> str:
        return f"TickTable({self.rows!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """A venue's answers.

    ``ticks`` None: one tick for all prices. ``reference_px``: what bands, auctions and market orders without a limit
    lean on before the first trade, price units (0: nothing). ``collar``: 1/10,000 of the touch that a market order may
    walk (0: any distance). ``batch_interval``: ns between the auctions of a frequent-batch-auction venue (0: none).
    """

    self_trade: SelfTrade = SelfTrade.NONE
    iceberg_refresh: IcebergRefresh = IcebergRefresh.AT_ONCE
    min_qty: MinQtyMode = MinQtyMode.AGGREGATE
    post_only: PostOnly = PostOnly.REJECT
    post_only_meets_hidden: PostOnlyMeetsHidden = PostOnlyMeetsHidden.EXECUTE
    peg_time: PegTime = PegTime.NEW
    peg_reference: PegReference = PegReference.VENUE
    peg_without_reference: PegWithoutReference = PegWithoutReference.INACTIVE
    discretionary_rest: DiscretionaryRest = DiscretionaryRest.OUTSIDE
    market_remainder: MarketRemainder = MarketRemainder.CANCEL
    replace_qty: ReplaceQty = ReplaceQty.TOTAL
    smaller_size: SmallerSize = SmallerSize.KEEPS
    trigger: TriggerSource = TriggerSource.LAST
    stop_through: StopThrough = StopThrough.FIRE
    fok_counts: FokCounts = FokCounts.ALL
    halt_orders: HaltOrders = HaltOrders.REJECT
    off_tick: OffTick = OffTick.REJECT
    odd_lots: OddLots = OddLots.ACCEPT
    lot: int = 100
    id_reuse: IdReuse = IdReuse.WHEN_DONE
    ticks: TickTable | None = None
    reference_px: int = 0
    collar: int = 0
    band: Band | None = None
    batch_interval: int = 0


PLAIN: Final = Policies()
"""The defaults."""
