"""What a strategy may ask for: each rule of `agents.strategy`, and what is said when it is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.orders import ChildOrder, ParentOrder
from agents.strategy import Actions, VenueFacts
from venues.messages import Terms


class Open(Protocol):
    """A live child, as far as the rules go."""

    @property
    def promised_qty(self) -> int:
        """Its total quantity, or the largest one that it may be replaced to."""


class Work(Protocol):
    """The work on a parent, as far as the rules go."""

    @property
    def parent(self) -> ParentOrder:
        """What is worked."""

    @property
    def leaves(self) -> int:
        """Shares neither filled nor promised to a live child."""

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """The connected venues."""

    @property
    def children(self) -> Mapping[int, Open]:
        """Live children."""


def actions_of(wanted: object) -> Actions | None:
    """What a strategy yielded, as actions; None: it is neither actions nor a list of children."""
    if isinstance(wanted, Actions):
        return wanted
    if isinstance(wanted, Sequence) and not isinstance(wanted, (ChildOrder, str)):
        return Actions(send=wanted)
    return None


def broken_rule(actions: Actions, work: Work) -> str:
    """What is wrong with these actions; "" when nothing is."""
    return (
        _of_the_wake(actions.wake)
        or next((wrong for order in actions.send if (wrong := _of_a_child(order, work))), "")
        or _of_the_ids(actions, work)
        or next((wrong for _, qty, price in actions.replace if (wrong := _of_a_replace(qty, price, work))), "")
        or _of_the_shares(actions, work)
    )


def _of_the_wake(wake: object) -> str:
    if wake in ("any", "all_done") or (
        isinstance(wake, tuple) and len(wake) == 2 and wake[0] in ("at", "any") and _whole(wake[1])
    ):
        return ""
    return f'wake is {wake!r}; write "any", "all_done", ("at", whole nanoseconds) or ("any", whole nanoseconds)'


def _of_a_child(order: object, work: Work) -> str:
    if not isinstance(order, ChildOrder):
        return f"asked to send {order!r}, which is no ChildOrder"
    venue, qty, price, _, not_before, terms = order
    if venue not in work.facts:
        return f"no connection to {venue!r}; venues: {', '.join(work.facts)}"
    if not _whole(qty) or qty < 1:
        return f"a child of {qty} shares for {venue}; at least 1, and a whole number"
    if not_before is not None and not _whole(not_before):
        return f"a child for {venue} with not_before = {not_before!r}; write whole nanoseconds"
    if terms is not None and not isinstance(terms, Terms):
        return f"a child for {venue} with terms = {terms!r}; write Terms(...) or None"
    if price is None:
        limit, what = work.parent.limit, "a peg without a cap" if terms is not None and terms.peg else "a market order"
        return "" if limit is None else f"{what} for {venue}, but the parent has a limit of {limit}"
    return _of_a_price(price, work)


def _of_the_ids(actions: Actions, work: Work) -> str:
    asked = [*actions.cancel, *(child_id for child_id, _, _ in actions.replace)]
    dead = [child_id for child_id in asked if child_id not in work.children]
    return f"child {dead[0]} is not live; live: {list(work.children)}" if dead else ""


def _of_a_replace(qty: int, price: int, work: Work) -> str:
    if not _whole(qty) or qty < 1:
        return f"a child replaced to {qty} shares; at least 1, and a whole number"
    return _of_a_price(price, work)


def _of_a_price(price: object, work: Work) -> str:
    if not _whole(price):
        return f"a child at {price!r}; write whole price units of $0.0001"
    limit, side = work.parent.limit, work.parent.side
    if limit is not None and side * (price - limit) > 0:  # type: ignore[operator]  # it is whole
        return f"a child at {price}, worse than the parent's limit {limit} (price units of $0.0001)"
    return ""


def _of_the_shares(actions: Actions, work: Work) -> str:
    left = work.leaves - sum(order.qty for order in actions.send)
    if left < 0:
        return f"children of {work.leaves - left} shares asked for, {work.leaves} left of {work.parent.qty}"
    promised: dict[int, int] = {}
    for child_id, qty, _ in actions.replace:
        before = promised.get(child_id, work.children[child_id].promised_qty)
        promised[child_id] = max(before, qty)
        if qty - before > left:
            return f"child {child_id} replaced to {qty} shares from {before}; {left} left"
        left -= promised[child_id] - before
    return ""


def _whole(number: object) -> bool:
    return hasattr(number, "__index__")
