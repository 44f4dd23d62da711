"""What is wrong with a message, and the reject that says so. Off the hot path."""

from __future__ import annotations

from typing import Any

from venues.messages import ExecType, ExecutionReport, Liquidity, NewOrder, OrdStatus, Reason, Side, TimeInForce

_TIMES_IN_FORCE = frozenset(int(tif) for tif in TimeInForce)


def is_whole(value: object) -> bool:
    """An integer of any make (numpy's too), but no truth value."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def fault_of_types(order: NewOrder) -> Reason:
    """Is each field at least of a kind that can be understood?"""
    if not is_whole(order.order_id) or not is_whole(order.owner):
        return Reason.BAD_MESSAGE
    if not is_whole(order.qty):
        return Reason.BAD_QTY
    if order.price is not None and not is_whole(order.price):
        return Reason.BAD_PRICE
    if not is_whole(order.side) or int(order.side) not in (1, -1):
        return Reason.BAD_SIDE
    if not is_whole(order.time_in_force) or int(order.time_in_force) not in _TIMES_IN_FORCE:
        return Reason.BAD_TIME_IN_FORCE
    return Reason.NONE


def mended(order: NewOrder) -> NewOrder:
    """The same order in Python integers and our enumerations; `fault_of_types` has passed it."""
    order_id, owner, side, qty, price, tif = order
    price = None if price is None else int(price)
    return NewOrder(int(order_id), int(owner), Side(int(side)), int(qty), price, TimeInForce(int(tif)))


def refuse(exec_type: ExecType, message: Any, reason: Reason, now: int) -> ExecutionReport:
    """A reject that names the message's order as far as it has one."""
    side = getattr(message, "side", Side.BUY)
    return ExecutionReport(
        exec_type,
        OrdStatus.REJECTED,
        _whole_or(getattr(message, "order_id", 0), 0),
        _whole_or(getattr(message, "owner", -1), -1),
        Side(int(side)) if is_whole(side) and int(side) in (1, -1) else Side.BUY,
        None,
        0,
        0,
        0,
        0,
        Liquidity.NONE,
        reason,
        now,
    )


def _whole_or(value: Any, otherwise: int) -> int:
    return int(value) if is_whole(value) else otherwise
