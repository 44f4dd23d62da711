"""Whose fault an error is: of what the user gave, or of the simulator."""

from __future__ import annotations

from scenarios.problems import ScenarioError


def is_input_mistake(error: BaseException) -> bool:
    """Did the user give something wrong: a scenario, a strategy, a recorded file, a run folder?

    Everything is imported here, when there is an error, and not before.
    """
    if isinstance(error, ScenarioError):
        return True
    from agents.recordings.rows import ReplayFileError
    from agents.strategies.parameters import StrategyProblems
    from agents.strategy import StrategyError
    from analysis.explain import UnknownOrder
    from analysis.tables import RunFolderError
    from sim.log import LogError

    kinds = (ReplayFileError, StrategyProblems, StrategyError, UnknownOrder, RunFolderError, LogError)
    return isinstance(error, kinds)


def is_broken_invariant(error: BaseException) -> bool:
    """Does the simulator contradict itself?"""
    from analysis.attribution import AttributionError
    from venues.venue import BrokenInvariant

    return isinstance(error, (BrokenInvariant, AttributionError))
