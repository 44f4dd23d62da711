"""What a parent algorithm is: a generator that sees a view and yields slices, which the router's strategies work.

::

    def halves(order, view):
        middle = (order.at + order.ends) // 2
        yield Step(slices=[Slice(order.qty // 2, middle)], until=middle)
        yield Step(slices=[Slice(view.leaves, order.ends)])

The driver (`agents.algo_run`) resumes the generator with ``(now, ends)``: the slices that have ended since. Returning
means that no more slices will come; the order lives on until its horizon ends, and then its end-of-horizon rule says
what becomes of the rest. An algorithm does no I/O, has no clock but ``view.now`` and no randomness.

Rules the driver enforces, for every algorithm
    slices together never exceed the order, and none is worse than the order's limit;
    with a cap on participation, what a slice would have beyond it is cut off (in round lots) and stays with the order;
    a slice ends no later than the order.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from agents.orders import ParentOrder
from agents.strategy import Strategy, VenueFacts

PARTS = 1_000_000
"""Rates of participation are whole millionths."""

AtEnd = Literal["cross", "leave", "cancel"]


class Slice(NamedTuple):
    """A parent order for the router: ``qty`` shares until ``ends`` (ns).

    ``limit`` in price units, None: the order's own. ``strategy`` works it, None: the router's.
    """

    qty: int
    ends: int
    limit: int | None = None
    strategy: Strategy | None = None


class SliceEnd(NamedTuple):
    """A slice has ended: its parent id, its shares, those that were filled."""

    parent_id: int
    qty: int
    filled: int


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and until when to wait.

    Attributes:
        slices: to start now.
        cancel: parent ids of live slices to stop.
        until: ns; resumed then.
        on_end: also resumed when a slice ends. Without it and without ``until``: not resumed any more.
        schedule: (by ns, shares that ought to be done by then) as planned or as now known; logged.
    """

    slices: Sequence[Slice] = ()
    cancel: Sequence[int] = ()
    until: int | None = None
    on_end: bool = False
    schedule: Sequence[tuple[int, int]] = ()


class AlgoView(Protocol):
    """What an algorithm may know at ``now``; never the future."""

    @property
    def now(self) -> int:
        """ns"""

    @property
    def cum_qty(self) -> int:
        """Shares filled, as far as reports have arrived."""

    @property
    def live_qty(self) -> int:
        """Shares in live slices that are not filled."""

    @property
    def leaves(self) -> int:
        """Shares neither filled nor in a live slice."""

    @property
    def live(self) -> Sequence[int]:
        """Parent ids of live slices, oldest first."""

    @property
    def others_qty(self) -> int:
        """Shares that others have traded since the order's arrival, as the router's own feeds have brought prints."""

    @property
    def room(self) -> int:
        """Shares that may be added to live slices: the leaves, or what the cap on participation leaves of them."""

    @property
    def tick(self) -> int:
        """Price units."""

    @property
    def lot(self) -> int:
        """Shares."""

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues, in the scenario's order."""

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """What is known of each venue without asking."""

    @property
    def closes(self) -> Mapping[str, int]:
        """When the call of a venue's closing auction begins, ns; only venues that have one."""

    @property
    def day_ends(self) -> int:
        """When trading ends, ns."""

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask as the router sees them; None when a side is empty everywhere."""


Resumed = tuple[int, list[SliceEnd]]
AlgoSteps = Generator[Step, Resumed, None]


class Algo(Protocol):
    """A callable that starts the work on one order."""

    def __call__(self, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """The generator that works the order, not yet begun."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """How an order is to be worked.

    Attributes:
        kind: the algorithm's name, as in `agents.tables.ALGO_KINDS`.
        algo: the algorithm.
        at_end: what becomes of the rest when the horizon ends. cancel: it is reported EXPIRED. cross: one more slice
            takes displayed quotes within the limit, however many the cap would allow. leave: it rests in the market
            until the day ends.
        max_participation: millionths of the market's volume that the order may be, its own fills counted on both
            sides; None: no cap.
    """

    kind: str
    algo: Algo
    at_end: AtEnd = "cancel"
    max_participation: int | None = None


def part_of_market(rate: int, others_qty: int) -> int:
    """Shares with which we are ``rate`` millionths of the whole volume when others have traded ``others_qty``.

    >>> part_of_market(100_000, 900)
    100
    """
    return others_qty * rate // (PARTS - rate)
