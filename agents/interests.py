"""Which quotes an agent wants to be woken for. Agents that share a function share its evaluation, see `sim.history`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from venues.messages import Quote


def best_moved(quote: Quote, before: Quote | None) -> bool:
    """Did a best price change?"""
    return before is None or quote.bid != before.bid or quote.ask != before.ask


@cache
def sweeps_of(size: int) -> Callable[[Quote, Quote | None], bool]:
    """Prints of at least so many shares that took the best level out; one function per size."""

    def is_sweep(quote: Quote, _before: Quote | None) -> bool:
        return quote.trade is not None and quote.trade.emptied and quote.trade.qty >= size

    return is_sweep
