"""A strategy behind glass: it is given what `agents.strategy.View` promises, and nothing of the router behind it.

In a market the view is the router's own record of the work, and Python hides nothing: through it a strategy could reach
quotes that have not arrived, or write into its own account. Neither is a rule that the driver can enforce, so it is
a check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from agents.orders import ParentOrder
from agents.strategy import Strategy, StrategyRun, View

SHOWN: Final = tuple(name for name in dir(View) if not name.startswith("_"))
"""What a view has."""


class ViewOnly:
    """The strategy, given a view that has nothing but what a view promises.

    Attributes:
        found: what it reached for beyond that, in its words: "looked at view.desk".
        func: the strategy, for whoever asks what this one is called.
    """

    def __init__(self, strategy: Strategy) -> None:
        self.func = strategy
        self.found: list[str] = []

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """The work of the strategy on the parent, behind glass."""
        return self.func(parent, _glass(view, self.found.append))


def _glass(view: View, tell: Callable[[str], object]) -> Any:
    class Glass:
        """The view is in a closure: there is nothing here that leads to it."""

        __slots__ = ()

        def __getattr__(self, name: str) -> Any:
            if name in SHOWN:
                return getattr(view, name)
            if hasattr(view, name):
                tell(f"looked at view.{name}")
            raise AttributeError(f"a view has no {name!r}; it has: {', '.join(SHOWN)}")

        def __setattr__(self, name: str, value: object) -> None:
            tell(f"set view.{name}")
            raise AttributeError(f"view.{name} cannot be set: a view shows, and nothing else")

    return Glass()
