"""sorsim: a discrete-event simulator of a fragmented stock market. ``import sorsim as ss``.

Everything a user needs, under one name; a name's module is imported when the name is first used, so that
``import sorsim`` takes milliseconds::

    import sorsim as ss

    result = ss.run(ss.load("us_equities", set=["duration=10s"]), seed=7)
    print(result.summary)

The distribution's import packages are the top-level folders ``sim``, ``venues``, ``agents``, ``scenarios``,
``analysis`` and ``api``. Other distributions use such names too (``openai-agents`` installs ``agents``), and whoever
comes first on the path, or was installed last, wins silently. So this module looks, when it is imported, where each of
the six would come from, and refuses to go on with a stranger's.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # what `__getattr__` below does, in words that type checkers and editors read
    from agents import allocators as allocators
    from agents.conformance.checks import check_strategy as check_strategy
    from agents.conformance.checks import strategy_checks as strategy_checks
    from agents.cost_model import Belief as Belief
    from agents.cost_model import CostModel as CostModel
    from agents.cost_model import CostWeights as CostWeights
    from agents.cost_model import VenueCost as VenueCost
    from agents.cost_model import Weights as Weights
    from agents.orders import ChildOrder as ChildOrder
    from agents.orders import ParentOrder as ParentOrder
    from agents.strategy import Actions as Actions
    from agents.strategy import ChildReport as ChildReport
    from agents.strategy import Experience as Experience
    from agents.strategy import LiveChild as LiveChild
    from agents.strategy import Strategy as Strategy
    from agents.strategy import StrategyError as StrategyError
    from agents.strategy import StrategyRun as StrategyRun
    from agents.strategy import VenueFacts as VenueFacts
    from agents.strategy import VenueQuote as VenueQuote
    from agents.strategy import View as View
    from analysis.explain import explain as explain
    from scenarios.problems import ScenarioError as ScenarioError
    from venues.conformance.checks import check_venue as check_venue
    from venues.conformance.checks import venue_checks as venue_checks
    from venues.messages import UNITS_PER_DOLLAR as UNITS_PER_DOLLAR
    from venues.messages import ExecType as ExecType
    from venues.messages import ExecutionReport as ExecutionReport
    from venues.messages import Liquidity as Liquidity
    from venues.messages import OrdStatus as OrdStatus
    from venues.messages import Peg as Peg
    from venues.messages import Reason as Reason
    from venues.messages import Side as Side
    from venues.messages import Terms as Terms
    from venues.messages import TimeInForce as TimeInForce

__version__ = "0.1.0"

_PACKAGES: Final = ("sim", "venues", "agents", "scenarios", "analysis", "api")

_HOME: Final = {
    "load": "scenarios.load",
    "check": "scenarios.load",
    "Scenario": "scenarios.model",
    "ScenarioError": "scenarios.problems",
    "run": "scenarios.run",
    "RunResult": "scenarios.run",
    "compare": "scenarios.compare",
    "explain": "analysis.explain",
    "Actions": "agents.strategy",
    "ChildReport": "agents.strategy",
    "Experience": "agents.strategy",
    "LiveChild": "agents.strategy",
    "Strategy": "agents.strategy",
    "StrategyError": "agents.strategy",
    "StrategyRun": "agents.strategy",
    "VenueFacts": "agents.strategy",
    "VenueQuote": "agents.strategy",
    "View": "agents.strategy",
    "ChildOrder": "agents.orders",
    "ParentOrder": "agents.orders",
    "Belief": "agents.cost_model",
    "CostModel": "agents.cost_model",
    "CostWeights": "agents.cost_model",
    "VenueCost": "agents.cost_model",
    "Weights": "agents.cost_model",
    "ExecType": "venues.messages",
    "ExecutionReport": "venues.messages",
    "Liquidity": "venues.messages",
    "OrdStatus": "venues.messages",
    "Peg": "venues.messages",
    "Reason": "venues.messages",
    "Side": "venues.messages",
    "Terms": "venues.messages",
    "TimeInForce": "venues.messages",
    "UNITS_PER_DOLLAR": "venues.messages",
    "check_strategy": "agents.conformance.checks",
    "strategy_checks": "agents.conformance.checks",
    "check_venue": "venues.conformance.checks",
    "venue_checks": "venues.conformance.checks",
    "allocators": "agents",
}
"""The public names and the module that each lives in."""

_MODULES: Final = ("allocators",)
"""Those that are packages themselves."""

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    """A public name, imported from its module on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'sorsim' has no attribute {name!r}; it has: {', '.join(_HOME)}")
    if name in _MODULES:
        return importlib.import_module(f"{_HOME[name]}.{name}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


def _origin(package: str) -> str | None:
    """The file that ``import package`` would run, None when there is no such package; nothing is imported."""
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:  # a module without a spec was put into sys.modules by hand
        return "a module without a file"
    if spec is None:
        return None
    return spec.origin or "a folder without __init__.py"


def _check_package(package: str, folder: Path) -> None:
    """Raise ImportError unless ``package`` is the one beside this file.

    Our ``__init__.py`` are empty: one that is not may have been written over by another distribution's, and only then
    the installed distributions are asked (some 20 ms; the plain check takes 0.1 ms).
    """
    ours = folder / package / "__init__.py"
    found = _origin(package)
    if found is None:
        raise ImportError(
            f"sorsim's package {package!r} is missing from {folder}: the installation is incomplete. "
            "Install sorsim again, in an environment of its own."
        )
    if Path(found).resolve() != ours.resolve():
        raise ImportError(_stranger(package, found, _distributions_with(package, found)))
    if ours.stat().st_size:
        others = [owner for owner in _distributions_with(package, found) if not owner.startswith("sorsim ")]
        if others:
            raise ImportError(_stranger(package, found, others))


def _distributions_with(package: str, origin: str) -> list[str]:
    """The installed distributions, as "name version", that list ``origin`` as a file of theirs."""
    from importlib.metadata import distributions

    where = Path(origin).resolve()
    return sorted(
        f"{distribution.metadata['Name']} {distribution.version}"
        for distribution in distributions()
        for file in distribution.files or ()
        if str(file) == f"{package}/__init__.py" and Path(str(file.locate())).resolve() == where
    )


def _stranger(package: str, origin: str, distributions: list[str]) -> str:
    """What is wrong and what to do about it."""
    if distributions:
        whose = f"the distribution {' and '.join(distributions)}"
        remedy = (
            "Distributions with a package of the same name cannot share an environment. Give sorsim its own: "
            "python -m venv sorsim-env, then sorsim-env/bin/pip install sorsim."
        )
    else:
        whose = "no installed distribution"
        remedy = f"Rename that {package!r}, or run where it is not on sys.path (a script's own folder comes first)."
    return f"sorsim needs its own package {package!r}, but `import {package}` would run {origin}, of {whose}. {remedy}"


for _package in _PACKAGES:
    _check_package(_package, Path(__file__).parent)
