"""How to divide shares among dark pools, learnt from what came back.

A pool shows nothing. Ask pool i for v_i units while it holds s_i: min(s_i, v_i) come back, and when all of them do, how
many more there were stays unknown (the observation is censored). With tails T_i(k) = P(s_i >= k), giving unit after
unit to the pool with the largest T_i(v_i + 1) is optimal.

Allocators (`split(volume)` says how many units to ask each pool for, `learn(asked, filled)` takes in what came back)
    CensoredTails             greedy on tails estimated by Kaplan and Meier, optimistic where little was seen
    StochasticApproximation   fractions moved towards the pools that fill, for pools of different worth
    BlockBandit               an upper confidence bound for each block of units at each pool
    FixedOrder                everything to the first pool; whoever asks goes on to the next with what is left

All decisions are made with integers or with + - * /, so that a run that uses them repeats exactly. Units are whatever
the caller counts in (shares, lots); units asked of one pool are filled first to last.

Does not model
    That pools change: what was seen long ago counts as much as what was seen last.

Sources: Ganchev, Kearns, Nevmyvaka and Wortman Vaughan, Censored exploration and the dark pool problem, UAI 2009;
Laruelle, Lehalle and Pages, Optimal split of orders across liquidity pools, SIAM J. Financial Math. 2 (2011); Chen,
Wang and Yuan, Combinatorial multi-armed bandit, ICML 2013.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heapreplace
from math import isqrt
from typing import Protocol


class DarkAllocator(Protocol):
    """Divides units among pools and learns from what came back."""

    def split(self, volume: int) -> list[int]:
        """Units to ask of each pool; they add up to the volume."""

    def learn(self, asked: Sequence[int], filled: Sequence[int]) -> None:
        """What came back of what was asked, by pool; a pool that was asked for nothing says nothing."""


def greedy_split(volume: int, tails: Sequence[Sequence[float]]) -> list[int]:
    """Units by pool, each given where the chance that it fills is largest; ``tails[i][k - 1]`` is P(s_i >= k).

    Tails must not rise. Beyond the end of a tail nothing fills. Of equal chances the pool that has been given less
    goes first, then the earlier one.

    >>> greedy_split(4, [[0.9, 0.5, 0.2], [0.6, 0.55]])
    [2, 2]
    """

    def chance(pool: int, unit: int) -> float:
        return tails[pool][unit] if unit < len(tails[pool]) else 0.0

    return _dealt(volume, len(tails), chance)


def expected_fill(split: Sequence[int], tails: Sequence[Sequence[float]]) -> float:
    """Mean number of units that come back.

    >>> expected_fill([2, 1], [[0.9, 0.5], [0.6]])
    2.0
    """
    return sum(sum(tail[:units]) for units, tail in zip(split, tails, strict=True))


def _dealt(volume: int, pools: int, worth: Callable[[int, int], float]) -> list[int]:
    """Unit after unit to the pool where the next one is worth most."""
    given = [0] * pools
    waiting = [(-worth(pool, 0), 0, pool) for pool in range(pools)]
    heapify(waiting)
    for _ in range(volume):
        pool = waiting[0][2]
        given[pool] += 1
        heapreplace(waiting, (-worth(pool, given[pool]), given[pool], pool))
    return given


def _check_lesson(asked: Sequence[float], filled: Sequence[float], pools: int) -> None:
    """Refuse a lesson that cannot have happened.

    Raises:
        ValueError: not one entry for each pool, or a pool gave more than was asked of it, or less than nothing.
    """
    if len(asked) != pools or len(filled) != pools:
        raise ValueError(f"asked {list(asked)}, filled {list(filled)}: give one entry for each of the {pools} pools")
    for pool, (units, got) in enumerate(zip(asked, filled, strict=True)):
        if not 0 <= got <= units:
            raise ValueError(f"pool {pool} was asked for {units} and filled {got}: must be from 0 to what was asked")


# -- censored tails ---------------------------------------------------------------------------------------


class CensoredTails:
    """Greedy on estimated tails (Ganchev et al.), optimistic about what it has not seen.

    Kaplan-Meier: of the n_j asks that reached level j (at least j units came, more were asked for) d_j ended there, so
    T(k) = (1 - d_0/n_0) ... (1 - d_{k-1}/n_{k-1}).

    Optimism: a tail counts as known while at least ``at_risk`` asks were at risk, and is flat from there on; and every
    n_j counts ``survivors`` more, so that five empty asks do not make a pool look hopeless for good. Without it
    (``optimism=False``) what was never reached is taken for impossible, and a pool that disappointed early is never
    asked again.

    Cost: a pass over the volume for each pool that was asked since, about 40 us per 400 units and pool.

    >>> pools = CensoredTails(2)
    >>> pools.split(10)
    [5, 5]
    >>> for _ in range(20):
    ...     pools.learn([5, 5], [5, 0])
    >>> pools.split(10)
    [10, 0]
    """

    def __init__(self, pools: int, at_risk: int = 5, survivors: int = 8, *, optimism: bool = True) -> None:
        if pools < 1 or at_risk < 1 or survivors < 0:
            raise ValueError(f"pools = {pools}, at_risk = {at_risk}: 1 or more; survivors = {survivors}: 0 or more")
        self._at_risk = at_risk
        self._survivors = survivors
        self._optimism = optimism
        self._last_level: list[list[int]] = [[] for _ in range(pools)]
        """By pool: how many asks were last at risk at a level."""
        self._ended: list[list[int]] = [[] for _ in range(pools)]
        """By pool: how many asks ended at a level, seen and not cut off."""
        self._tails: list[list[float] | None] = [None] * pools

    def split(self, volume: int) -> list[int]:
        """Units to ask of each pool."""
        return greedy_split(volume, [self.tail(pool, volume) for pool in range(len(self._ended))])

    def learn(self, asked: Sequence[int], filled: Sequence[int]) -> None:
        """What came back of what was asked, by pool."""
        _check_lesson(asked, filled, len(self._tails))
        for pool, (units, got) in enumerate(zip(asked, filled, strict=True)):
            if not units:
                continue
            last, ended = self._last_level[pool], self._ended[pool]
            if len(last) < units:
                last.extend([0] * (units - len(last)))
                ended.extend([0] * (units - len(ended)))
            last[min(got, units - 1)] += 1
            if got < units:
                ended[got] += 1
            self._tails[pool] = None

    def tail(self, pool: int, volume: int) -> list[float]:
        """Estimates of P(s >= 1), ..., P(s >= volume)."""
        known = self._tails[pool]
        if known is None or len(known) < volume:
            known = self._tails[pool] = self._estimated(pool, volume)
        return known

    def _estimated(self, pool: int, volume: int) -> list[float]:
        last, ended = self._last_level[pool], self._ended[pool]
        survivors = self._survivors if self._optimism else 0
        enough = self._at_risk if self._optimism else 1
        reached = sum(last)
        tail, chance = [], 1.0
        for level in range(min(volume, len(last))):
            risked = reached
            reached -= last[level]
            if risked < enough:
                break
            chance *= 1.0 - ended[level] / (risked + survivors)
            tail.append(chance)
        beyond = chance if self._optimism else 0.0
        return tail + [beyond] * (volume - len(tail))


# -- stochastic approximation -------------------------------------------------------------------------------


class StochasticApproximation:
    """Fractions of the volume that follow the gradient of what is filled (Laruelle, Lehalle and Pages).

    With r_i the fractions and worth_i what a unit at pool i is worth, after each ask

        r_i += gamma_n (worth_i 1{all filled at i} - mean_j worth_j 1{all filled at j}),   gamma_n = gain / (n + 10)

    brought back to the nearest fractions that are 0 or more and add up to one. At rest worth_i P(s_i >= r_i V) is the
    same for all pools in use. The volume V enters the published step as a factor; here ``gain`` has it.

    >>> pools = StochasticApproximation([1.0, 1.0])
    >>> pools.learn([5, 5], [5, 2])
    >>> pools.split(100)
    [59, 41]
    """

    def __init__(self, worth: Sequence[float], gain: float = 2.0) -> None:
        if not worth or min(worth) <= 0 or gain <= 0:
            raise ValueError(f"worth = {list(worth)}, gain = {gain}: all must be above 0")
        self._worth = list(worth)
        self._gain = gain
        self._steps = 0
        self.fractions = [1.0 / len(worth)] * len(worth)

    def split(self, volume: int) -> list[int]:
        """Units to ask of each pool: fractions rounded down, what is left to the largest remainders."""
        shares = [fraction * volume for fraction in self.fractions]
        whole = [int(share) for share in shares]
        by_remainder = sorted(range(len(whole)), key=lambda pool: (whole[pool] - shares[pool], pool))
        for pool in by_remainder[: max(0, volume - sum(whole))]:
            whole[pool] += 1
        return whole

    def learn(self, asked: Sequence[float], filled: Sequence[float]) -> None:
        """What came back of what was asked, by pool."""
        _check_lesson(asked, filled, len(self.fractions))
        self.step([got >= units for units, got in zip(asked, filled, strict=True)])

    def step(self, all_filled: Sequence[bool]) -> None:
        """Take in whether each pool filled all that it was asked for."""
        self._steps += 1
        gain = self._gain / (self._steps + 10)
        paid = [worth if full else 0.0 for worth, full in zip(self._worth, all_filled, strict=True)]
        mean = sum(paid) / len(paid)
        self.fractions = onto_the_simplex(
            [fraction + gain * (each - mean) for fraction, each in zip(self.fractions, paid, strict=True)]
        )


def onto_the_simplex(values: Sequence[float]) -> list[float]:
    """The nearest fractions that are 0 or more and add up to one.

    >>> onto_the_simplex([0.75, 0.75]), onto_the_simplex([1.5, 0.2, 0.1])
    ([0.5, 0.5], [1.0, 0.0, 0.0])
    """
    total, shift = 0.0, 0.0
    for count, value in enumerate(sorted(values, reverse=True), start=1):
        total += value
        level = (total - 1.0) / count
        if value > level:
            shift = level
    return [value - shift if value > shift else 0.0 for value in values]


# -- a bandit ---------------------------------------------------------------------------------------------------


class BlockBandit:
    """A combinatorial upper confidence bound: one arm for each block of units at each pool.

    An arm's worth is the mean part of its block that filled, plus sqrt(3 ln t / 2 n) after n of t asks. A block never
    counts for more than the one before it. Chosen over exponential weights because it needs no randomness. It ignores
    that a fill cut off by the ask says more than that one block filled, so it learns later than `CensoredTails`.

    Integers throughout; ln t is 0.693 times the length of t in bits.

    >>> pools = BlockBandit(2, block=5)
    >>> pools.split(10)
    [5, 5]
    """

    def __init__(self, pools: int, block: int) -> None:
        if pools < 1 or block < 1:
            raise ValueError(f"pools = {pools}, block = {block}: both must be 1 or more")
        self._block = block
        self._asks = 0
        self._tries: list[list[int]] = [[] for _ in range(pools)]
        self._filled: list[list[int]] = [[] for _ in range(pools)]

    def split(self, volume: int) -> list[int]:
        """Units to ask of each pool."""
        blocks = -(-volume // self._block)
        worth = [self._bounds(pool, blocks) for pool in range(len(self._tries))]
        given = _dealt(blocks, len(worth), lambda pool, block: worth[pool][block] if block < blocks else 0.0)
        units, left = [], volume
        for count in given:
            units.append(min(count * self._block, left))
            left -= units[-1]
        return units

    def learn(self, asked: Sequence[int], filled: Sequence[int]) -> None:
        """What came back of what was asked, by pool."""
        _check_lesson(asked, filled, len(self._tries))
        self._asks += 1
        for pool, (units, got) in enumerate(zip(asked, filled, strict=True)):
            tries, seen = self._tries[pool], self._filled[pool]
            for block in range(units // self._block):  # a block cut short by the volume shows too little
                if block == len(tries):
                    tries.append(0)
                    seen.append(0)
                tries[block] += 1
                seen[block] += min(max(got - block * self._block, 0), self._block)

    def _bounds(self, pool: int, blocks: int) -> list[int]:
        """Upper bounds by block, in millionths."""
        bound, bounds = 1 << 62, []
        log = self._asks.bit_length() * 693
        for block in range(blocks):
            if block < len(self._tries[pool]):
                tries = self._tries[pool][block]
                mean = self._filled[pool][block] * 1_000_000 // (tries * self._block)
                bound = min(bound, mean + isqrt(3 * log * 1_000_000_000 // (2 * tries)))
            bounds.append(bound)
        return bounds


class FixedOrder:
    """Everything to the first pool. Learns nothing."""

    def __init__(self, pools: int) -> None:
        self._pools = pools

    def split(self, volume: int) -> list[int]:
        """All units to the first pool."""
        return [volume, *[0] * (self._pools - 1)]

    def learn(self, asked: Sequence[int], filled: Sequence[int]) -> None:
        """Nothing."""
