"""The parts of routing styles: how shares are dealt to venues, when legs leave, what is sent of odd lots.

Rules
    Sweeps. A child marked ISO tells its venue that its sender has sent to every better protected quote that it saw, so
    that it may trade through what is left of them. :func:`swept` therefore takes prices in order: whoever is taken at a
    price, all quotes at better prices are taken too, in full.
    Synchronised legs leave so that all arrive with the slowest: by stated latencies, else by the smallest time to the
    venue's own stamp that was measured, else by half the smallest measured round trip. A venue that was never measured
    is sent to at once.
    Odd lots. `allow` sends what is wanted; `round_down` whole round lots only, so that a parent's odd rest stays open;
    `last_only` whole round lots while the leaves are one or more, then the rest. Leaves are dealt to venues in lots.

Does not model
    Jitter: a leg is timed by the smallest latency seen, so that jitter makes it late and never early.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from agents.orders import ChildOrder
from agents.strategy import Experience
from venues.messages import Terms

if TYPE_CHECKING:
    from agents.strategies.taking import Touch

Order = Literal["sequential", "parallel", "synchronised", "broadcast"]
Sweep = Literal["ioc", "fok", "iso"]
OddLots = Literal["allow", "round_down", "last_only"]

ISO: Final = Terms(iso=True)


def even_split(total: int, rooms: Sequence[int]) -> list[int]:
    """``total`` shares dealt evenly to places with room for so many; odd shares go to the first. No place overflows.

    >>> even_split(1000, [100, 500, 500])
    [100, 450, 450]
    >>> even_split(10, [4, 4, 4])
    [4, 3, 3]
    """
    dealt = [0] * len(rooms)
    smallest_first = sorted(range(len(rooms)), key=lambda place: (rooms[place], -place))
    for already, place in enumerate(smallest_first):
        share = total // (len(rooms) - already)
        dealt[place] = min(share, rooms[place])
        total -= dealt[place]
    return dealt


def down_the_list(total: int, rooms: Sequence[int]) -> list[int]:
    """``total`` shares dealt to places with room for so many, the first filled first; as many as get any.

    >>> down_the_list(1000, [300, 800, 500])
    [300, 700]
    """
    dealt = []
    for room in rooms:
        dealt.append(min(room, total))
        total -= dealt[-1]
        if not total:
            break
    return dealt


def dealt_in_lots(
    deal: Callable[[int, Sequence[int]], list[int]], total: int, rooms: Sequence[int], lot: int, rule: OddLots
) -> list[int]:
    """``total`` shares dealt to places with room for so many, in whole lots as far as the rule asks for them.

    >>> dealt_in_lots(even_split, 700, [500, 500, 500], 100, "round_down")
    [300, 200, 200]
    """
    if rule == "allow" or (rule == "last_only" and total < lot):
        return deal(total, rooms)
    return [lots * lot for lots in deal(total // lot, [room // lot for room in rooms])]


def lots_of(qty: int, leaves: int, lot: int, rule: OddLots) -> int:
    """How many of ``qty`` shares are sent while ``leaves`` are open.

    >>> [lots_of(250, 900, 100, rule) for rule in ("allow", "round_down", "last_only")]
    [250, 200, 200]
    >>> [lots_of(50, 50, 100, rule) for rule in ("allow", "round_down", "last_only")]
    [50, 0, 50]
    """
    if rule == "allow" or (rule == "last_only" and leaves < lot):
        return qty
    return qty // lot * lot


def swept(chosen: Sequence[Touch], there: Sequence[Touch], side: int) -> list[Touch]:
    """The chosen touches and all at better prices than the worst of them, best price first."""
    if not chosen:
        return []
    worst = max(touch.price * side for touch in chosen)
    picked = {touch.venue for touch in chosen}
    kept = [touch for touch in there if touch.price * side < worst or touch.venue in picked]
    return sorted(kept, key=lambda touch: (touch.price * side, touch[:3]))


def together(
    children: Sequence[ChildOrder], legs: Sequence[int | None], now: int, at_most: int | None = None, ways: int = 1
) -> list[ChildOrder]:
    """The children, each delayed so that all arrive with the slowest leg, none by more than ``at_most``.

    ``legs`` in ns, None: sent at once; a leg of two ``ways`` is there and back. With ``at_most`` the fastest leg waits
    no longer than that: legs that are slower still are sent at once and land later.
    """
    known = [leg for leg in legs if leg is not None]
    if not known:
        return list(children)
    landing = max(known) if at_most is None else min(max(known), min(known) + at_most * ways)
    return [
        child if leg is None or leg >= landing else child._replace(not_before=now + (landing - leg) // ways)
        for child, leg in zip(children, legs, strict=True)
    ]


def leg_of(venue: str, stated: Mapping[str, int], experience: Experience) -> int | None:
    """One way to the venue, ns: as stated, as measured, or half the measured round trip; None: nothing is known."""
    if venue in stated:
        return stated[venue]
    measured = experience.one_way(venue)
    if measured is not None:
        return measured
    trip = experience.round_trip(venue)
    return None if trip is None else trip // 2
