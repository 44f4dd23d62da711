"""The built-in routing strategies by the name a scenario gives them.

A strategy of your own needs no entry here: name it ``my_router.py:MyStrategy`` (see `agents.strategies.loading`).
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.strategies.broadcast import Broadcast
from agents.strategies.cont_kukanov import ContKukanov
from agents.strategies.dark_first import DarkFirst
from agents.strategies.fee_aware import FeeAware
from agents.strategies.latency_aware import LatencyAware
from agents.strategies.learned import Learned
from agents.strategies.parameters import Duration
from agents.strategies.price_time import PriceTime
from agents.strategies.rounds import InRounds
from agents.strategies.single_venue import SingleVenue
from agents.strategies.smart import Smart

__all__ = ["REGISTRY", "Duration"]

REGISTRY: Mapping[str, type[InRounds]] = {
    "single_venue": SingleVenue,
    "price_time": PriceTime,
    "fee_aware": FeeAware,
    "latency_aware": LatencyAware,
    "dark_first": DarkFirst,
    "smart": Smart,
    "learned": Learned,
    "broadcast": Broadcast,
    "cont_kukanov": ContKukanov,
}
