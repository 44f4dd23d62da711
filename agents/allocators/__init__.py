"""How many shares go where: allocators as pure functions, without a market, a clock or a file.

static      :func:`allocate`, :func:`compute_cost`, :func:`allocate_greedy`, :func:`allocate_greedy_l2` as they
            circulate, :func:`allocate_exact` for the same optimum without enumeration
placement   :class:`PlacementProblem`, :func:`optimum`, :func:`expected_cost`, :func:`conditions`: how much to take and
            how much to post where, after Cont and Kukanov; :class:`PlacementLearner` learns it
dark pools  :class:`CensoredTails`, :class:`StochasticApproximation`, :class:`BlockBandit`, :class:`FixedOrder`

A name's module is imported when the name is first used. For users: `docs/allocators.md`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # what `__getattr__` below does, in words that type checkers and editors read
    from agents.allocators.closed_form_pair import exponential_pair as exponential_pair
    from agents.allocators.dark_pools import BlockBandit as BlockBandit
    from agents.allocators.dark_pools import CensoredTails as CensoredTails
    from agents.allocators.dark_pools import FixedOrder as FixedOrder
    from agents.allocators.dark_pools import StochasticApproximation as StochasticApproximation
    from agents.allocators.dark_pools import expected_fill as expected_fill
    from agents.allocators.dark_pools import greedy_split as greedy_split
    from agents.allocators.exact import LadderAllocation as LadderAllocation
    from agents.allocators.exact import LadderVenue as LadderVenue
    from agents.allocators.exact import allocate_exact as allocate_exact
    from agents.allocators.exact import allocate_greedy_l2 as allocate_greedy_l2
    from agents.allocators.outflow import Continuous as Continuous
    from agents.allocators.outflow import Discrete as Discrete
    from agents.allocators.outflow import Exponential as Exponential
    from agents.allocators.outflow import Pareto as Pareto
    from agents.allocators.outflow import poisson as poisson
    from agents.allocators.placement import Placement as Placement
    from agents.allocators.placement import PlacementProblem as PlacementProblem
    from agents.allocators.placement_learning import PlacementLearner as PlacementLearner
    from agents.allocators.placement_learning import PlacementPrices as PlacementPrices
    from agents.allocators.placement_learning import learn_from_fills as learn_from_fills
    from agents.allocators.placement_learning import stochastic_approximation as stochastic_approximation
    from agents.allocators.placement_optimum import conditions as conditions
    from agents.allocators.placement_optimum import expected_cost as expected_cost
    from agents.allocators.placement_optimum import optimum as optimum
    from agents.allocators.placement_optimum import thresholds as thresholds
    from agents.allocators.static import DisplayedVenue as DisplayedVenue
    from agents.allocators.static import StaticAllocation as StaticAllocation
    from agents.allocators.static import allocate as allocate
    from agents.allocators.static import allocate_greedy as allocate_greedy
    from agents.allocators.static import compute_cost as compute_cost

_HOME: Final = {
    "dark_pools": (
        "BlockBandit",
        "CensoredTails",
        "FixedOrder",
        "StochasticApproximation",
        "expected_fill",
        "greedy_split",
    ),
    "exact": ("LadderAllocation", "LadderVenue", "allocate_exact", "allocate_greedy_l2"),
    "closed_form_pair": ("exponential_pair",),
    "outflow": ("Continuous", "Discrete", "Exponential", "Pareto", "poisson"),
    "placement": ("Placement", "PlacementProblem"),
    "placement_learning": ("PlacementLearner", "PlacementPrices", "learn_from_fills", "stochastic_approximation"),
    "placement_optimum": ("conditions", "expected_cost", "optimum", "thresholds"),
    "static": ("DisplayedVenue", "StaticAllocation", "allocate", "allocate_greedy", "compute_cost"),
}
"""The public names by the module that each lives in."""

__all__ = [name for names in _HOME.values() for name in names]


def __getattr__(name: str) -> Any:
    """A public name, imported from its module on first use (PEP 562)."""
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"agents.allocators.{module}"), name)
    raise AttributeError(f"agents.allocators has no {name!r}; it has: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
