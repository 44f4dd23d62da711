"""What the coded columns of a recorded run mean. The run folder's Parquet metadata says the same, column by column."""

from __future__ import annotations

from typing import Final

BUY: Final = 1
SELL: Final = -1
SIDES: Final = {BUY: "BUY", SELL: "SELL"}

RISK_ACTIONS: Final = {0: "ACCEPT", 1: "HOLD", 2: "REJECT"}
RISK_CODES: Final = {
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

ALGO_KINDS: Final = {
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

ACTION_NEW: Final = 0
ACTION_CANCEL: Final = 1
ACTION_REPLACE: Final = 2
ACTIONS: Final = {0: "NEW", 1: "CANCEL", 2: "REPLACE", 3: "BAD", 4: "REDUCE"}

NEW: Final = 0
TRADE: Final = 1
CANCELED: Final = 2
REPLACED: Final = 3
REJECTED: Final = 4
CANCEL_REJECTED: Final = 5
EXPIRED: Final = 6
TRIGGERED: Final = 7
RESTATED: Final = 8
STATE: Final = 9
EXEC_TYPES: Final = {
    0: "NEW",
    1: "TRADE",
    2: "CANCELED",
    3: "REPLACED",
    4: "REJECTED",
    5: "CANCEL_REJECTED",
    EXPIRED: "EXPIRED",
    TRIGGERED: "TRIGGERED",
    RESTATED: "RESTATED",
    STATE: "STATE",
    10: "INVITED",
    11: "INDICATION",
}

MAKER: Final = 1
TAKER: Final = 2
ROUTED: Final = 3
AUCTION: Final = 4
LIQUIDITY: Final = {0: "", MAKER: "MAKER", TAKER: "TAKER", ROUTED: "ROUTED", AUCTION: "AUCTION"}

TIMES_IN_FORCE: Final = {-1: "", 0: "DAY", 1: "GTC", 2: "OPG", 3: "IOC", 4: "FOK", 6: "GTD", 7: "CLOSE"}
IOC: Final = 3
FOK: Final = 4
CLOSE: Final = 7

REQUESTED: Final = 1
SESSION_END: Final = 5
SELF_TRADE: Final = 7
TRADE_THROUGH, REPRICED, LOCKS_MARKET, RETURNED = 18, 19, 39, 40
AUCTION_REMAINDER: Final = 9
PRICE_BAND: Final = 11
PRICE_COLLAR: Final = 12
ICEBERG_REFRESH: Final = 13
STATE_CONTINUOUS: Final = 60
REASONS: Final = {
    0: "",
    REQUESTED: "at its owner's request",
    2: "rest of an IOC",
    3: "FOK, not all of it could be filled",
    4: "rest of a market order",
    SESSION_END: "session end",
    6: "expired",
    SELF_TRADE: "self-trade prevented",
    8: "minimum quantity not met",
    AUCTION_REMAINDER: "rest of an order for the auction",
    10: "budget spent",
    PRICE_BAND: "price band",
    PRICE_COLLAR: "price collar",
    ICEBERG_REFRESH: "next peak of an iceberg",
    14: "peg followed",
    15: "trailing stop followed",
    16: "slid off the opposite quote",
    17: "rounded to the tick",
    18: "would trade through another venue's quote",
    19: "moved off another venue's quote",
    20: "duplicate id",
    21: "unknown order",
    22: "bad quantity",
    23: "bad price",
    24: "off tick",
    25: "bad side",
    26: "bad time in force",
    27: "bad message",
    28: "not supported",
    29: "venue closed",
    30: "below the venue's minimum",
    31: "bad terms",
    32: "post-only",
    33: "not in this phase of the session",
    34: "venue halted",
    35: "odd lot",
    36: "no reference",
    37: "through the stop already",
    38: "budget too small",
    39: "would lock or cross another venue's quote",
    40: "back from other venues",
    STATE_CONTINUOUS: "continuous trading",
    61: "closed",
    62: "pre-open",
    63: "opening auction",
    64: "halted",
    65: "volatility auction",
    66: "closing auction",
    80: "conditional",
    81: "invitation",
    82: "firmed up",
    83: "invitation not answered in time",
    84: "conditional orders only",
    85: "others' interest",
    86: "not marketable",
    87: "too large",
    88: "position limit",
    89: "no national best",
    90: "routed out",
    91: "over the gateway's rate limit",
    92: "the gateway's queue was full",
    100: "refused by pre-trade risk",
}

PARENT_STATUS: Final = {0: "FILLED", 1: "EXPIRED", 2: "CANCELED", 3: "REJECTED"}

STATE_KEYS: Final = {
    0: "position",
    1: "cash",
    2: "estimate",
    3: "fit",
    4: "unfit",
    5: "locked",
    6: "crossed",
    7: "half_spread",
}

MICROS_PER_UNIT: Final = 100
"""Millionths of a dollar in one price unit ($0.0001)."""
MICROS_PER_DOLLAR: Final = 1_000_000
UNITS_PER_DOLLAR: Final = 10_000
