"""The Cont-Kukanov placement problem: how many shares to take now, and how many to post behind which queue.

Model
    Buy ``shares`` S by a time. X = (M, L_1 .. L_K): M by market order at once, L_k as a limit order at the best bid of
    venue k, behind Q_k shares. With xi_k the outflow of queue k until then:

    fill_k = min((xi_k - Q_k)+, L_k)          A = M + sum fill_k
    v(X)   = (s + f) M - sum (s + r_k) fill_k + lambda_u (S - A)+ + lambda_o (A - S)+
             + theta (M + sum L_k + (S - A)+)

    in dollars against the mid: s half-spread, f taker fee, r_k rebate, all $/share. V(X) = E v(X) is minimised.
    theta prices impact; 0 is the model of 2012.

Facts used (Proposition 1): V has a minimum in 0 <= M <= S, 0 <= L_k <= S - M, M + sum L_k >= S, given
    lambda_u, lambda_o > 0, lambda_o > s + max r, lambda_o > -(s + f), s + min r > 0 (:meth:`PlacementProblem.doubts`).
    The paper also calls V convex. In a limit that is seldom done it is not: V flattens out (there is a test), so a
    stationary point need not be the optimum.

Does not model
    When fills come (V knows their number at the end), price moves before the end, own impact beyond theta.

Source: Cont and Kukanov, Optimal order placement in limit order markets, arXiv 1210.1625, 2012.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from agents.allocators.exact_numbers import whole
from agents.allocators.outflow import Discrete, Law

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Placement(NamedTuple):
    """Shares to take at once, and shares to post at each venue; a share may be cut where the law is continuous."""

    market: float
    limits: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class PlacementProblem:
    """One placement problem. Shares, and $/share.

    Attributes:
        shares: S.
        queues: Q_k, whole shares; one number stands for all venues.
        outflows: a law of `agents.allocators.outflow` per venue.
        rebates: r_k; one number stands for all venues.
        lambda_over: may be left out with one venue, where it does not matter.

    Raises:
        ValueError: sizes make no sense, or lists differ in length.
    """

    shares: int
    queues: Sequence[int] | int
    outflows: Sequence[Law] | Law
    half_spread: float
    take_fee: float
    rebates: Sequence[float] | float
    lambda_under: float
    lambda_over: float | None = None
    theta: float = 0.0

    def __post_init__(self) -> None:
        lists = {name: _listed(getattr(self, name)) for name in ("queues", "outflows", "rebates")}
        venues = max(map(len, lists.values()))
        for name, given in lists.items():
            if len(given) not in (1, venues):
                raise ValueError(f"{name} has {len(given)} entries for {venues} venues; give one, or one per venue")
            object.__setattr__(self, name, given * (venues // len(given)))
        object.__setattr__(self, "shares", whole(self.shares, "shares", 1))
        object.__setattr__(self, "queues", tuple(whole(q, f"queues[{k}]") for k, q in enumerate(self.queue)))
        money = [self.half_spread, self.take_fee, *self.rebate, self.lambda_under, self.over, self.theta]
        if not all(isfinite(number) for number in money):
            raise ValueError(f"prices in $/share must be finite numbers, not {money}")
        if self.theta < 0:
            raise ValueError(f"theta = {self.theta}: impact costs; write 0 $/share or more")
        if len({isinstance(law, Discrete) for law in self.laws}) > 1:
            raise ValueError("outflows mixes discrete and continuous laws; give laws of one kind")
        if self.lambda_over is None and venues > 1:
            raise ValueError("lambda_over is missing: with several venues more may fill than was wanted")

    @property
    def venues(self) -> int:
        """K."""
        return len(self.laws)

    @property
    def laws(self) -> tuple[Law, ...]:
        """The outflows."""
        return self.outflows  # type: ignore[return-value]  # a tuple since __post_init__

    @property
    def queue(self) -> tuple[int, ...]:
        """The queues."""
        return self.queues  # type: ignore[return-value]

    @property
    def rebate(self) -> tuple[float, ...]:
        """The rebates."""
        return self.rebates  # type: ignore[return-value]

    @property
    def over(self) -> float:
        """lambda_over; where it does not matter and is left out, a value that satisfies the assumptions."""
        if self.lambda_over is not None:
            return self.lambda_over
        return 1.0 + abs(self.half_spread) + max(map(abs, self.rebate)) + abs(self.take_fee)

    @property
    def discrete(self) -> bool:
        """Whether outflows are whole shares."""
        return isinstance(self.laws[0], Discrete)

    def doubts(self) -> list[str]:
        """The assumptions of Proposition 1 that do not hold; the optimum is then the best within its bounds only."""
        return [text for text, holds in DOUBTS if not holds(self)]

    def realised_cost(self, placement: Placement, outflow: Any) -> Any:
        """v for outcomes of the outflows, $: an array of shape (..., K) gives one of shape (...)."""
        import numpy as np

        return self.cost_of_fills(placement, fills(placement.limits, np.asarray(self.queue), np.asarray(outflow)))

    def cost_of_fills(self, placement: Placement, filled: Any) -> Any:
        """v for shares filled at each venue, $: an array of shape (..., K) gives one of shape (...)."""
        import numpy as np

        filled = np.asarray(filled, dtype=float)
        bought = placement.market + filled.sum(axis=-1)
        short, over = np.maximum(self.shares - bought, 0), np.maximum(bought - self.shares, 0)
        cost = (self.half_spread + self.take_fee) * placement.market + self.lambda_under * short + self.over * over
        cost = cost - (filled * (self.half_spread + np.asarray(self.rebate))).sum(axis=-1)
        return cost + self.theta * (placement.market + sum(placement.limits) + short)

    def draw(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """So many outcomes of all outflows, shape (count, K)."""
        import numpy as np

        return np.stack([law.draw(generator, count) for law in self.laws], axis=1)


DOUBTS: Final[tuple[tuple[str, Callable[[PlacementProblem], bool]], ...]] = (
    ("lambda_under > 0", lambda p: p.lambda_under > 0),
    ("lambda_over > 0", lambda p: p.over > 0),
    ("lambda_over > half_spread + largest rebate", lambda p: p.over > p.half_spread + max(p.rebate)),
    ("lambda_over > -(half_spread + take_fee)", lambda p: p.over > -(p.half_spread + p.take_fee)),
    ("half_spread + smallest rebate > 0", lambda p: p.half_spread + min(p.rebate) > 0),
)
"""What Proposition 1 assumes."""


def fills(limits: Sequence[float], queues: Any, outflow: Any) -> Any:
    """min((outflow - queue)+, limit), shares."""
    import numpy as np

    return np.minimum(np.maximum(outflow - queues, 0), np.asarray(limits, dtype=float))


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if hasattr(value, "__len__") else (value,)
