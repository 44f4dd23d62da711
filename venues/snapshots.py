"""A book as a plain dictionary, and back: what `Book.snapshot` gives and `Book.restore` takes. Survives JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from venues.holdings import Holdings
from venues.ladder import RestingOrder, SpecialOrder, Standing
from venues.messages import BookState, Peg, Side, Terms, TimeInForce
from venues.policies import PLAIN, Band, BandReference, Policies, TickTable

AnyBook = TypeVar("AnyBook", bound=Holdings)

VERSION: Final = 2


def taken(book: Holdings) -> dict[str, Any]:
    """Everything that decides how the book goes on."""
    return {
        "version": VERSION,
        "tick": book.tick,
        "policies": _policies_as_rows(book.policies),
        "state": int(book.state),
        "last_px": book.last_px,
        "places": book._places,
        "used": sorted(book._used),
        "national": list(book._national),
        "crumbling": list(book._crumbling),
        "touched": book._touched,
        "limit_since": book._limit_since,
        "paused_until": book._paused_until,
        "band": {"reference": book._bands.reference, "trades": [list(trade) for trade in book._bands.trades]},
        "orders": [_order_as_row(order) for order in book.orders()],
    }


def restored(kind: type[AnyBook], snapshot: Mapping[str, Any]) -> AnyBook:
    """The book that the snapshot was taken of.

    Raises:
        ValueError: a snapshot of another version.
    """
    if snapshot["version"] != VERSION:
        raise ValueError(f"snapshot version {snapshot['version']}: this book reads version {VERSION}")
    book = kind(snapshot["tick"], _policies_from_rows(snapshot["policies"]))
    book.state = BookState(snapshot["state"])
    book.last_px = snapshot["last_px"]
    book._used = set(snapshot["used"])
    bid, ask = snapshot["national"]
    book._national = bid, ask
    bid_crumbles, ask_crumbles = snapshot["crumbling"]
    book._crumbling = bid_crumbles, ask_crumbles
    book._touched = snapshot["touched"]
    book._limit_since = snapshot["limit_since"]
    book._paused_until = snapshot["paused_until"]
    book._bands.restore(snapshot["band"]["reference"], [(at, price) for at, price in snapshot["band"]["trades"]])
    for row in snapshot["orders"]:
        _put(book, row)
    book._places = snapshot["places"]
    book._see_whether_plain()
    return book


def _order_as_row(order: RestingOrder) -> dict[str, Any]:
    row: dict[str, Any] = {
        "order_id": order.order_id,
        "owner": order.owner,
        "side": int(order.side),
        "price": order.price,
        "leaves_qty": order.leaves_qty,
        "cum_qty": order.cum_qty,
        "time_in_force": int(order.time_in_force),
    }
    if isinstance(order, SpecialOrder):
        terms = None if order.terms is None else list(order.terms)
        row |= {"terms": terms, "cap": order.cap, "place": order.place, "standing": int(order.standing)}
        row |= {"shown_qty": order.shown_qty, "stop_px": order.stop_px, "discretionary_px": order.discretionary_px}
    return row


def _put(book: Holdings, row: Mapping[str, Any]) -> None:
    """Put an order where it stood; orders come in order of priority."""
    side, tif = Side(row["side"]), TimeInForce(row["time_in_force"])
    ladder = book._side(side)
    order_id, owner, leaves, cum, price = (row[key] for key in ("order_id", "owner", "leaves_qty", "cum_qty", "price"))
    if "standing" not in row:
        key = price * ladder.sign
        book._live[order_id] = ladder.add(order_id, owner, leaves, cum, tif, key)
        return
    terms = None if row["terms"] is None else Terms(*row["terms"])
    terms = None if terms is None else terms._replace(peg=Peg(terms.peg))
    order = SpecialOrder(order_id, owner, side, leaves, cum, price, tif, terms)
    standing = Standing(row["standing"])
    if standing in (Standing.STOP, Standing.CLOSE):
        book._wait(order, standing)
    else:
        book._register(order)
        order.place = row["place"]
        book._stand(order)
        book._shrink(order, leaves, row["shown_qty"])
    order.cap, order.place, order.stop_px = row["cap"], row["place"], row["stop_px"]
    order.discretionary_px = row["discretionary_px"]


def _policies_as_rows(policies: Policies) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for field in fields(policies):
        value = getattr(policies, field.name)
        if isinstance(value, Enum):
            value = value.value
        elif isinstance(value, TickTable):
            value = [list(row) for row in value.rows]
        elif isinstance(value, Band):
            value = [value.width, value.reference.value, value.limit_state, value.pause]
        rows[field.name] = value
    return rows


def _policies_from_rows(rows: Mapping[str, Any]) -> Policies:
    values = dict(rows)
    for name, value in rows.items():
        default = getattr(PLAIN, name)
        if isinstance(default, Enum):
            values[name] = type(default)(value)
    if rows["ticks"] is not None:
        values["ticks"] = TickTable(tuple((start, tick) for start, tick in rows["ticks"]))
    if rows["band"] is not None:
        width, reference, limit_state, pause = rows["band"]
        values["band"] = Band(width, BandReference(reference), limit_state, pause)
    return Policies(**values)
