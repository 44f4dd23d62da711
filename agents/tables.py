"""The tables that agents write into the event log (integers only; units as in `venues.tables`)."""

from __future__ import annotations

from agents.venue_features import VenueFeatures
from sim.log import Column, Schema
from venues.messages import Peg, Side, TimeInForce

SIDES = {int(s): s.name for s in Side}
PARENT_STATUS = {0: "FILLED", 1: "EXPIRED", 2: "CANCELED", 3: "REJECTED"}
RISK_ACTIONS = {0: "ACCEPT", 1: "HOLD", 2: "REJECT"}
RISK_CODES = {
    0: "NONE",
    1: "RESTRICTED",
    2: "MARKET_STATE",
    3: "ORDER_SIZE",
    4: "ORDER_NOTIONAL",
    5: "FAT_FINGER",
    6: "PRICE_COLLAR",
    7: "RECENT_VOLUME",
    8: "POSITION",
    9: "SYMBOL_NOTIONAL",
    10: "GROSS",
    11: "CREDIT",
    12: "DUPLICATE",
    13: "MESSAGE_RATE",
    14: "KILL_SWITCH",
}
STYLES = {0: "TAKE", 1: "PROBE", 2: "POST"}
COST_TERMS = ("price", "fee", "impact", "fill", "opportunity", "adverse", "latency")
STATE_KEYS = {
    0: "position",
    1: "cash",
    2: "estimate",
    3: "fit",
    4: "unfit",
    5: "locked",
    6: "crossed",
    7: "half_spread",
}
ALGO_KINDS = {
    0: "own",
    1: "twap",
    2: "vwap",
    3: "pov",
    4: "implementation_shortfall",
    5: "arrival_price",
    6: "iceberg",
    7: "pegged",
    8: "close",
}
ALGO_KIND_CODES = {kind: code for code, kind in ALGO_KINDS.items()}
OWN_ALGO = 0

PARENTS = Schema(
    "parents",
    "Parent orders as they arrived at a router. limit 0: none. `ends` is the end of the horizon.",
    (
        Column("at", "i8", "ns"),
        Column("parent_id", "i8", "id"),
        Column("owner", "i2", "agent"),
        Column("side", "i1", "code", SIDES),
        Column("qty", "i8", "shares"),
        Column("limit", "i8", "price"),
        Column("ends", "i8", "ns"),
    ),
)

PARENT_ENDS = Schema(
    "parent_ends",
    "How each parent ended: filled, or EXPIRED / CANCELED with its leaves.",
    (
        Column("at", "i8", "ns"),
        Column("parent_id", "i8", "id"),
        Column("status", "i1", "code", PARENT_STATUS),
        Column("cum_qty", "i8", "shares"),
        Column("leaves_qty", "i8", "shares"),
        Column("rounds", "i4", "count"),
    ),
)

DECISIONS = Schema(
    "decisions",
    "One row per venue that a routing decision looked at: the quote as the router saw it (`seq`, `quote_at` are the "
    "venue's), the score (millionths of a dollar per share, lower is better) and the shares sent there.",
    (
        Column("at", "i8", "ns"),
        Column("decision", "i8", "id"),
        Column("parent_id", "i8", "id"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("quote_at", "i8", "ns"),
        Column("bid", "i8", "price"),
        Column("bid_qty", "i8", "shares"),
        Column("ask", "i8", "price"),
        Column("ask_qty", "i8", "shares"),
        Column("score", "i8", "micros"),
        Column("sent_qty", "i8", "shares"),
    ),
)

DECISION_TERMS = Schema(
    "decision_terms",
    "What a routing decision was made on, one row per venue: the weighted terms of its score in the order of "
    "`agents.cost_model` (millionths of a dollar per share, each rounded: they add up to the score to within 4), the "
    "fill probability (millionths) and the expected move of the mid (millionths of a dollar). A table of runs with a "
    "router that explains itself.",
    (
        Column("decision", "i8", "id"),
        Column("parent_id", "i8", "id"),
        Column("venue", "i1", "venue"),
        Column("style", "i1", "code", STYLES),
        Column("score", "i8", "micros"),
        *(Column(name, "i8", "micros") for name in COST_TERMS),
        Column("fill_probability", "i8", "count"),
        Column("expected_move", "i8", "micros"),
    ),
)

CHILDREN = Schema(
    "children",
    "Child orders as a router sent them; price 0: market. `leaves_at` is when it was put on the wire.",
    (
        Column("at", "i8", "ns"),
        Column("decision", "i8", "id"),
        Column("parent_id", "i8", "id"),
        Column("order_id", "i8", "id"),
        Column("venue", "i1", "venue"),
        Column("side", "i1", "code", SIDES),
        Column("time_in_force", "i1", "code", {int(t): t.name for t in TimeInForce}),
        Column("price", "i8", "price"),
        Column("qty", "i8", "shares"),
        Column("leaves_at", "i8", "ns"),
    ),
)

CHILD_TERMS = Schema(
    "child_terms",
    "What the child orders that are more than plain said of themselves; a table of runs that have such children.",
    (
        Column("at", "i8", "ns"),
        Column("order_id", "i8", "id"),
        Column("display_qty", "i8", "shares"),  # -1: all; 0: hidden; n: the peak of an iceberg
        Column("min_qty", "i8", "shares"),
        Column("post_only", "i1", "count"),
        Column("peg", "i1", "code", {int(p): p.name for p in Peg}),
        Column("peg_offset", "i8", "price"),
        Column("iso", "i1", "count"),
    ),
)

FEATURES = Schema(
    "features",
    "What a router knew of each venue when it decided, where it is told to record that: `agents.venue_features` says "
    "what each column is.",
    (
        Column("at", "i8", "ns"),
        Column("decision", "i8", "id"),
        Column("venue", "i1", "venue"),
        *(Column(name, "i4", "feature") for name in VenueFeatures._fields),
    ),
)

NEWS = Schema(
    "news",
    "The fundamental value, at each time that it changed, at its source.",
    (Column("at", "i8", "ns"), Column("value", "i8", "price")),
)

STATES = Schema(
    "states",
    "What agents say of themselves: position (shares), cash (millionths of a dollar), a maker's estimate (price "
    "units); of a replayed file, rows that fitted and rows that did not; how long an arbitrageur saw the market locked "
    "and crossed (ns); the half-spread of a maker who learns it (price units).",
    (
        Column("at", "i8", "ns"),
        Column("owner", "i2", "agent"),
        Column("key", "i1", "code", STATE_KEYS),
        Column("value", "i8", "mixed"),
    ),
)

ALGO_ORDERS = Schema(
    "algo_orders",
    "Orders that an algorithm works, as they arrived at a router; their slices are in `parents`. limit 0: none.",
    (
        Column("at", "i8", "ns"),
        Column("algo_id", "i8", "id"),
        Column("owner", "i2", "agent"),
        Column("kind", "i1", "code", ALGO_KINDS),
        Column("side", "i1", "code", SIDES),
        Column("qty", "i8", "shares"),
        Column("limit", "i8", "price"),
        Column("ends", "i8", "ns"),
    ),
)

ALGO_SLICES = Schema(
    "algo_slices",
    "Which parent order is a slice of which algorithm order, and the how many-th.",
    (
        Column("at", "i8", "ns"),
        Column("algo_id", "i8", "id"),
        Column("parent_id", "i8", "id"),
        Column("number", "i4", "count"),
        Column("qty", "i8", "shares"),
    ),
)

ALGO_SCHEDULE = Schema(
    "algo_schedule",
    "What an algorithm planned: `qty` shares of the order done by the time `by`. A later row for a time replaces it.",
    (
        Column("at", "i8", "ns"),
        Column("algo_id", "i8", "id"),
        Column("by", "i8", "ns"),
        Column("qty", "i8", "shares"),
    ),
)

ALGO_ENDS = Schema(
    "algo_ends",
    "How each algorithm order ended: filled, or EXPIRED / CANCELED / REJECTED with its leaves.",
    (
        Column("at", "i8", "ns"),
        Column("algo_id", "i8", "id"),
        Column("status", "i1", "code", PARENT_STATUS),
        Column("cum_qty", "i8", "shares"),
        Column("leaves_qty", "i8", "shares"),
        Column("slices", "i4", "count"),
    ),
)

RISK_DECISIONS = Schema(
    "risk_decisions",
    "What pre-trade risk did not let pass (or, where asked for, everything): `measured` against `allowed` in the unit "
    "of the code (shares; price units; price units x shares; ns; messages). parent_id 0: none; price 0: market. "
    "`until`: when a held order is asked about again.",
    (
        Column("at", "i8", "ns"),
        Column("owner", "i2", "agent"),
        Column("order_id", "i8", "id"),
        Column("parent_id", "i8", "id"),
        Column("venue", "i1", "venue"),
        Column("action", "i1", "code", RISK_ACTIONS),
        Column("code", "i1", "code", RISK_CODES),
        Column("side", "i1", "code", SIDES),
        Column("qty", "i8", "shares"),
        Column("price", "i8", "price"),
        Column("measured", "i8", "mixed"),
        Column("allowed", "i8", "mixed"),
        Column("until", "i8", "ns"),
    ),
)
