"""The tables that venues write into the event log (one row each; integers only).

``seq`` is the venue's own sequence number: every message a venue handles gets the next one, and so does what a venue
does by itself (a close, a dark cross set off by a moving reference), so the rows of one venue can be put into the exact
order of its matching engine. Prices are price units ($0.0001), sizes shares, times ns.
"""

from __future__ import annotations

from sim.log import Column, Schema
from venues.messages import ExecType, Liquidity, Peg, Reason, Side, TimeInForce

ACTIONS = {0: "NEW", 1: "CANCEL", 2: "REPLACE", 3: "BAD", 4: "REDUCE"}

ORDERS = Schema(
    "orders",
    "Messages as a venue's matching engine took them: new orders, cancels, replaces.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("order_id", "i8", "id"),
        Column("owner", "i2", "agent"),
        Column("action", "i1", "code", ACTIONS),
        Column("side", "i1", "code", {0: "", **{int(s): s.name for s in Side}}),
        Column("time_in_force", "i1", "code", {-1: "", **{int(t): t.name for t in TimeInForce}}),
        Column("price", "i8", "price"),  # 0: a market order, or a cancel
        Column("qty", "i8", "shares"),  # a replace: the new total
    ),
)

ORDER_TERMS = Schema(
    "order_terms",
    "What the new orders and replaces that are more than plain said of themselves; 0: nothing, unless said otherwise.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("order_id", "i8", "id"),
        Column("display_qty", "i8", "shares"),  # -1: all; 0: hidden; n: the peak of an iceberg
        Column("min_qty", "i8", "shares"),
        Column("post_only", "i1", "count"),
        Column("peg", "i1", "code", {int(p): p.name for p in Peg}),
        Column("peg_offset", "i8", "price"),
        Column("stop_px", "i8", "price"),
        Column("trail", "i8", "price"),
        Column("trail_step", "i8", "price"),
        Column("expire_at", "i8", "ns"),
        Column("budget", "i8", "price"),  # price units x shares
    ),
)

SWEEPS = Schema(
    "sweeps",
    "New orders that were marked as intermarket sweep orders; a table of markets with order protection.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("order_id", "i8", "id"),
        Column("owner", "i2", "agent"),
    ),
)

REPORTS = Schema(
    "reports",
    "Execution reports in the order in which the book made them; fees in millionths of a dollar, paid positive.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("order_id", "i8", "id"),
        Column("owner", "i2", "agent"),
        Column("exec_type", "i1", "code", {int(e): e.name for e in ExecType}),
        Column("reason", "i1", "code", {int(r): r.name for r in Reason}),
        Column("side", "i1", "code", {0: "", **{int(s): s.name for s in Side}}),
        Column("liquidity", "i1", "code", {int(x): x.name for x in Liquidity}),
        Column("last_px", "i8", "price"),
        Column("last_qty", "i8", "shares"),
        Column("leaves_qty", "i8", "shares"),
        Column("price", "i8", "price"),  # the order's limit, a peg's present price; 0: none
        Column("fee", "i8", "micros"),
    ),
)

TRADES = Schema(
    "trades",
    "One row per match: the maker's and the taker's order.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("price", "i8", "price"),
        Column("qty", "i8", "shares"),
        Column("side", "i1", "code", {int(s): s.name for s in Side}),  # the taker's
        Column("maker_order", "i8", "id"),
        Column("taker_order", "i8", "id"),
        Column("maker", "i2", "agent"),
        Column("taker", "i2", "agent"),
    ),
)

QUOTES = Schema(
    "quotes",
    "A venue's displayed best bid and offer after each message that changed it; size 0: that side is empty.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("bid", "i8", "price"),
        Column("bid_qty", "i8", "shares"),
        Column("ask", "i8", "price"),
        Column("ask_qty", "i8", "shares"),
    ),
)

NBBO = Schema(
    "nbbo",
    "The SIP's national best bid and offer, stamped when the SIP published it; venue -1: that side is empty.",
    (
        Column("at", "i8", "ns"),
        Column("bid", "i8", "price"),
        Column("bid_qty", "i8", "shares"),
        Column("bid_venue", "i1", "venue"),
        Column("ask", "i8", "price"),
        Column("ask_qty", "i8", "shares"),
        Column("ask_venue", "i1", "venue"),
    ),
)
