"""Orders that meet one of their own owner: cases 80 to 86."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import SelfTrade

QUEUE: Final = """
        S o 3@101 [Y]
        S s 5@101 [X]
        S z 4@101 [Y]
"""

CASES: Final[tuple[Case, ...]] = (
    case(
        "80a owners do not matter",
        QUEUE + "B t 10@101 [X] -> o3@101, s5@101, z2@101",
        self_trade=SelfTrade.NONE,
    ),
    case(
        "80b the newest order is cancelled",
        QUEUE
        + """
        B t 10@101 [X]  -> o3@101, t cancels 7 (self trade)
        queue S         -> s z
        queue B         -> -
        """,
        self_trade=SelfTrade.CANCEL_NEWEST,
    ),
    case(
        "80c the oldest order is cancelled",
        QUEUE
        + """
        B t 10@101 [X]  -> o3@101, s cancels 5 (self trade), z4@101, t rests 3@101
        queue S         -> -
        """,
        self_trade=SelfTrade.CANCEL_OLDEST,
    ),
    case(
        "80d both orders are cancelled",
        QUEUE
        + """
        B t 10@101 [X]  -> o3@101, s cancels 5 (self trade), t cancels 7 (self trade)
        queue S         -> z
        """,
        self_trade=SelfTrade.CANCEL_BOTH,
    ),
    case(
        "80e both orders become smaller without a trade",
        QUEUE
        + """
        B t 10@101 [X]  -> o3@101, s cancels 5 (self trade), t shrinks to 2, z2@101
        find z          -> 2@101 shows 2
        find t          -> -
        """,
        self_trade=SelfTrade.DECREMENT,
    ),
    case(
        "80e a resting order that is larger goes on smaller, in its place",
        """
        S s 5@101 [X]
        S z 4@101 [Y]
        B t 2@101 [X]   -> s shrinks to 3, t cancels 2 (self trade)
        B u 4@101 [Z]   -> s3@101, z1@101
        """,
        self_trade=SelfTrade.DECREMENT,
    ),
    case(
        "80e orders of one size end each other",
        """
        S s 5@101 [X]
        B t 5@101 [X]   -> s cancels 5 (self trade), t cancels 5 (self trade)
        best            -> - -
        """,
        self_trade=SelfTrade.DECREMENT,
    ),
    case(
        "80e a decrement is no trade: it sets off no stop",
        """
        S s 5@101 [X]
        B v 1@90 stop=101 [Y] -> v waits 1
        B t 5@101 [X]   -> s cancels 5 (self trade), t cancels 5 (self trade)
        find v          -> 1@90 shows 0
        """,
        self_trade=SelfTrade.DECREMENT,
    ),
    case(
        "80e a decrement of all that an iceberg shows refreshes it",
        """
        S i 15@101 d=5 [X]
        S z 4@101 [Y]
        B t 5@101 [X]   -> i shrinks to 10, t cancels 5 (self trade), i refreshes
        queue S         -> z i
        """,
        self_trade=SelfTrade.DECREMENT,
    ),
    case(
        "80f own orders are passed over, and a rest that would cross them is cancelled",
        QUEUE
        + """
        B t 10@101 [X]  -> o3@101, z4@101, t cancels 3 (self trade)
        queue S         -> s
        """,
        self_trade=SelfTrade.SKIP,
    ),
    case(
        "80f a rest that crosses nobody rests",
        """
        S s 5@102 [X]
        S z 4@101 [Y]
        B t 10@101 [X]  -> z4@101, t rests 6@101
        """,
        self_trade=SelfTrade.SKIP,
    ),
    case(
        "81 own orders leave a market order's way wherever they stand",
        """
        S a 10@101 [X]
        S b 7@101 [Y]
        S c 20@102 [X]
        B t 100 MKT [X] -> a cancels 10 (self trade), b7@101, c cancels 20 (self trade), t cancels 93 (market remainder)
        best            -> - -
        """,
        self_trade=SelfTrade.CANCEL_OLDEST,
    ),
    case(
        "82 what is left of a cancelled newest order rests at no price",
        """
        S o 3@101 [Y]
        S s 5@102 [X]
        B t 10@103 [X]  -> o3@101, t cancels 7 (self trade)
        queue B         -> -
        depth S         -> 5@102
        """,
        self_trade=SelfTrade.CANCEL_NEWEST,
    ),
    case(
        "83 an order that is replaced through its owner's is a newest order",
        """
        S s 5@102 [X]
        B t 5@100 [X]
        replace t 5@102 -> t cancels 5 (self trade)
        queue S         -> s
        """,
        self_trade=SelfTrade.CANCEL_NEWEST,
    ),
    case(
        "84 own orders are met in the order of the queue, not of their times",
        """
        at 5
        S s 5@102 [X]
        at 9
        S o 5@101 [Y]
        B t 5@102 [X]   -> o5@101
        B u 5@102 [X]   -> u cancels 5 (self trade)
        """,
        self_trade=SelfTrade.CANCEL_NEWEST,
    ),
    case(
        "85 hidden orders are orders of their owner",
        """
        S h 5@101 hid [X]
        S o 5@101 [Y]
        B t 10@101 [X]  -> o5@101, h cancels 5 (self trade), t rests 5@101
        """,
        self_trade=SelfTrade.CANCEL_OLDEST,
    ),
    *(
        case(
            f"86 orders of one owner meet in an auction ({mode})",
            """
            state opening_auction
            B b 5@101 [X]
            S s 5@101 [X]
            state continuous -> b/s 5@101, continuous 5@101
            """,
            self_trade=mode,
        )
        for mode in (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH, SelfTrade.DECREMENT, SelfTrade.SKIP)
    ),
)
