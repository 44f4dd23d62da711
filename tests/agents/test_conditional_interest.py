"""Institutions that show their interest conditionally: who gets the shares is a race of invitations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from agents.dark_liquidity import ConditionalInterest
from agents.participant import Place
from sim.environment import Environment
from sim.log import EventLog
from venues.dark import DarkPool
from venues.fees import FeeSchedule
from venues.messages import ExecType, NewOrder, Reason, Side, TimeInForce
from venues.pool_policies import Conditionals, PoolPolicies, Unanswered

BID, ASK = 99_9900, 100_0100
HOUSE, OTHER, THIRD = 1, 2, 3
MS = 1_000_000


class Fixed:
    """A reference that stays."""

    def best(self, now: int) -> tuple[int, int]:
        return BID, ASK

    def subscribe(self, handler: object) -> None:
        pass

    def unsubscribe(self) -> None:
        pass


class OneInterest:
    """Draws of one interest to buy, 1 ms from the start, for so long."""

    def __init__(self, lots: int = 5, lifetime: int = 100 * MS) -> None:
        self._gaps = iter([MS, 10**15])
        self._lots, self._life = lots, lifetime

    def exponential(self, rate: float) -> Any:
        return self._gaps.__next__

    def exponential_mean(self, mean: float) -> Any:
        return lambda: self._life

    def uniform_int(self, lo: int, hi: int) -> Any:
        return lambda: self._lots

    def choice_sign(self) -> Any:
        return lambda: 1


class Pools:
    """Two pools with conditional orders and one institution, 10 ns from each."""

    def __init__(self, reaction_us: float = 1.0, firm_up: int = MS, draws: Any = None, **policies: Any) -> None:
        self.env, self.log = Environment(), EventLog()
        chosen = PoolPolicies(**{"conditionals": Conditionals.ALLOWED, "firm_up": firm_up, **policies})
        self.pools = {
            name: DarkPool(self.env, number, name, FeeSchedule(), 10, self.log, Fixed(), policies=chosen)
            for number, name in enumerate(("EAST", "WEST"))
        }
        ids = iter(range(100, 10_000))
        place = Place(self.env, self.log, ids.__next__, 100, 100, dict.fromkeys(self.pools, (0, 0)))
        sessions = {name: pool.connect(HOUSE, 10, 10) for name, pool in self.pools.items()}
        self.others = {
            owner: {name: pool.connect(owner, 10, 10) for name, pool in self.pools.items()} for owner in (OTHER, THIRD)
        }
        self.house = ConditionalInterest(
            *(place, "house", HOUSE, sessions, None, None, draws or OneInterest()), reaction_us=reaction_us
        )
        self.house.start()

    def sells(self, pool: str, qty: int, at: int, order_id: int = 1, owner: int = OTHER) -> None:
        order = NewOrder(order_id, owner, Side.SELL, qty, None, TimeInForce.DAY)
        self.env.call_at(at, self.others[owner][pool].send, order)

    def run(self, until: int) -> Counter[str]:
        """How often the house was told what, by reason."""
        self.env.run(until=until)
        reports = self.log.arrays()["reports"]
        own = reports[reports["owner"] == HOUSE]
        reasons = Counter(Reason(int(reason)).name for reason in own["reason"] if reason)
        reasons["trades"] = int((own["exec_type"] == ExecType.TRADE).sum())
        return reasons

    def shown(self) -> dict[str, int]:
        """Open conditional shares of the house by pool."""
        return {
            name: sum(order.leaves_qty for order in pool.book._conditional.waiting.values() if order.owner == HOUSE)
            for name, pool in self.pools.items()
        }


def test_an_interest_is_shown_whole_in_every_pool():
    pools = Pools()
    pools.run(until=2 * MS)
    assert pools.shown() == {"EAST": 500, "WEST": 500}


def test_an_invitation_is_answered_and_fills():
    pools = Pools()
    pools.sells("EAST", 500, at=5 * MS)
    heard = pools.run(until=10 * MS)
    assert (heard["INVITATION"], heard["FIRMED_UP"], heard["trades"]) == (1, 1, 1)
    assert pools.house.ledger.position == 500
    assert pools.shown() == {"EAST": 0, "WEST": 0}, "filled: shown nowhere any more"


def test_a_part_that_is_filled_is_taken_out_everywhere_and_the_rest_shown_anew():
    pools = Pools()
    pools.sells("EAST", 200, at=5 * MS)
    pools.run(until=10 * MS)
    assert pools.shown() == {"EAST": 300, "WEST": 300}


def test_of_two_invitations_the_first_is_answered_and_the_other_lapses():
    pools = Pools(reaction_us=100)
    pools.sells("EAST", 500, at=5 * MS)
    pools.sells("WEST", 500, at=5 * MS + 20_000, order_id=2)
    heard = pools.run(until=5 * MS + 50_000 + MS * 2)
    assert (heard["INVITATION"], heard["FIRMED_UP"]) == (2, 1)
    assert pools.house.ledger.position == 500


def test_a_reaction_slower_than_the_pool_s_patience_never_firms_up():
    pools = Pools(reaction_us=2_000)
    pools.sells("EAST", 500, at=5 * MS)
    heard = pools.run(until=7 * MS)
    assert (heard["FIRM_UP_LAPSED"], heard["FIRMED_UP"], heard["trades"]) == (1, 0, 0)


def test_an_interest_that_is_over_is_withdrawn():
    pools = Pools(draws=OneInterest(lifetime=3 * MS))
    heard = pools.run(until=10 * MS)
    assert heard["REQUESTED"] == 2
    assert pools.shown() == {"EAST": 0, "WEST": 0}


def test_requeued_interest_stays_shown_and_is_invited_again():
    pools = Pools(reaction_us=5_000, unanswered=Unanswered.REQUEUE)
    pools.sells("EAST", 500, at=5 * MS)
    pools.sells("EAST", 500, at=8 * MS, order_id=2, owner=THIRD)
    heard = pools.run(until=8 * MS + 500_000)
    assert heard["INVITATION"] == 2


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"lifetime_ms": 0}, {"reaction_us": -1}])
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, float]):
    env, log = Environment(), EventLog()
    place = Place(env, log, lambda: 1, 100, 100, {})
    with pytest.raises(ValueError, match=r"^house: rate = .* write a rate and a lifetime above zero"):
        ConditionalInterest(place, "house", HOUSE, {}, None, None, OneInterest(), **wrong)
