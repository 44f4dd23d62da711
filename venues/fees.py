"""What a venue charges per share: exact integers, millionths of a dollar, paid positive, received negative.

Rules
    A maker-taker venue pays its makers (maker < 0), an inverted one its takers (taker < 0).
    With volume tiers a fill is charged what its owner's tier says at the moment of execution: the shares that the owner
    has traded at the venue before this fill decide, the fill itself counts for the next one. So every fee is known when
    the trade happens, as the rules of 2024 ask, and no fill is charged again when a better tier is reached.
    A fill at another venue, where the venue had sent the order on, is charged ``routed`` by the venue that sent it on.
    Auctions are free.

Does not model
    Tiers by share of the whole market's volume, by month, or by added liquidity alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from venues.messages import Liquidity


class FeeTier(NamedTuple):
    """Fees from so many shares traded on; millionths of a dollar per share."""

    shares: int
    maker: int
    taker: int


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Maker and taker fee per share in millionths of a dollar, before the first of the ``tiers``.

    ``routed`` None: a fill elsewhere costs what taking here does.

    Raises:
        ValueError: tiers that do not rise.

    >>> FeeSchedule(maker=-2000, taker=3000).fee(Liquidity.TAKER, 500)
    1500000
    >>> FeeSchedule(taker=3000, tiers=(FeeTier(1_000, -2500, 2900),)).fee(Liquidity.TAKER, 500, traded=1_000)
    1450000
    """

    maker: int = 0
    taker: int = 0
    routed: int | None = None
    tiers: tuple[FeeTier, ...] = ()

    def __post_init__(self) -> None:
        if any(after.shares <= before.shares for before, after in pairwise((FeeTier(0, 0, 0), *self.tiers))):
            raise ValueError(f"tiers {self.tiers}: each must begin at more shares than the one before, from above 0 on")

    def fee(self, liquidity: Liquidity, qty: int, traded: int = 0) -> int:
        """Total for a fill of ``qty`` shares, millionths of a dollar; ``traded``: the owner's shares here before it."""
        return self.per_share(traded)[liquidity] * qty

    def per_share(self, traded: int = 0) -> tuple[int, ...]:
        """The fee a share by liquidity after so many shares."""
        maker, taker = self.maker, self.taker
        for tier in self.tiers:
            if traded >= tier.shares:
                maker, taker = tier.maker, tier.taker
        by_liquidity = {
            Liquidity.MAKER: maker,
            Liquidity.TAKER: taker,
            Liquidity.ROUTED: taker if self.routed is None else self.routed,
        }
        return tuple(by_liquidity.get(liquidity, 0) for liquidity in Liquidity)


class FeeMeter:
    """Charges a venue's fills in the order in which they happened, each owner by its volume."""

    __slots__ = ("schedule", "traded")

    def __init__(self, schedule: FeeSchedule) -> None:
        self.schedule = schedule
        self.traded: dict[int, int] = {}
        """Shares traded here so far, by owner; what was filled elsewhere does not count."""

    def charge(self, owner: int, liquidity: Liquidity, qty: int) -> int:
        """What this fill costs its owner, millionths of a dollar; from now on it counts."""
        traded = self.traded.get(owner, 0)
        if liquidity is not Liquidity.ROUTED:
            self.traded[owner] = traded + qty
        return self.schedule.fee(liquidity, qty, traded)
