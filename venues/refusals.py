"""What is wrong with a message, and the reject that says so. Off the hot path."""

from __future__ import annotations

from operator import index
from typing import Any

from venues.messages import (
    LARGEST_ID,
    LARGEST_PRICE,
    LARGEST_QTY,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    Side,
    TimeInForce,
)

_TIMES_IN_FORCE = frozenset(int(tif) for tif in TimeInForce)


def is_whole(value: object) -> bool:
    """An integer of any make (numpy's too), but no truth value."""
    try:
        index(value)  # type: ignore[arg-type]  # arrays have an __index__ too, and refuse when asked
    except TypeError:
        return False
    return not isinstance(value, bool)


def is_id(value: Any) -> bool:
    """A whole number of 64 bits."""
    return (value.__class__ is int or is_whole(value)) and -LARGEST_ID <= value <= LARGEST_ID


def is_qty(value: Any) -> bool:
    """A whole number of shares that a venue takes."""
    return (value.__class__ is int or is_whole(value)) and 0 < value <= LARGEST_QTY


def is_price(value: Any) -> bool:
    """A whole number of price units that a venue takes."""
    return (value.__class__ is int or is_whole(value)) and 0 < value <= LARGEST_PRICE


def fault_of_fields(order: NewOrder) -> Reason:
    """Is each field, taken alone, of a kind and size that a venue understands?"""
    if not is_id(order.order_id) or not is_id(order.owner):
        return Reason.BAD_MESSAGE
    if not is_qty(order.qty):
        return Reason.BAD_QTY
    if order.price is not None and not is_price(order.price):
        return Reason.BAD_PRICE
    if not is_whole(order.side) or int(order.side) not in (1, -1):
        return Reason.BAD_SIDE
    if not is_whole(order.time_in_force) or int(order.time_in_force) not in _TIMES_IN_FORCE:
        return Reason.BAD_TIME_IN_FORCE
    return Reason.NONE


def mended(order: NewOrder) -> NewOrder:
    """The same order in Python integers and our enumerations; `fault_of_fields` has passed it."""
    order_id, owner, side, qty, price, tif, terms = order
    price = None if price is None else int(price)
    return NewOrder(int(order_id), int(owner), Side(int(side)), int(qty), price, TimeInForce(int(tif)), terms)


def refuse(exec_type: ExecType, message: Any, reason: Reason, now: int) -> ExecutionReport:
    """A reject that names the message's order as far as it has one."""
    side = getattr(message, "side", Side.BUY)
    return ExecutionReport(
        exec_type,
        OrdStatus.REJECTED,
        _id_or(0, getattr(message, "order_id", 0)),
        _id_or(-1, getattr(message, "owner", -1)),
        Side(int(side)) if is_whole(side) and int(side) in (1, -1) else Side.BUY,
        None,
        0,
        0,
        0,
        0,
        Liquidity.NONE,
        reason,
        now,
        0,
    )


def _id_or(otherwise: int, value: Any) -> int:
    return int(value) if is_id(value) else otherwise
