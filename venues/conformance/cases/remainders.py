"""What becomes of what did not trade: time in force, market orders, budgets; cases 16 to 32."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import FokCounts, MarketRemainder, OddLots, SelfTrade

CASES: Final[tuple[Case, ...]] = (
    case(
        "16 the rest of an immediate-or-cancel order is cancelled",
        """
        S a 5@101
        B x 8@101 IOC   -> a5@101, x cancels 3 (ioc remainder)
        best            -> - -
        """,
    ),
    case(
        "17 an immediate-or-cancel order that meets nobody is taken and cancelled",
        """
        B b 2@100
        B x 8@101 IOC   -> x cancels 8 (ioc remainder)
        queue B         -> b
        """,
    ),
    case(
        "18 an immediate-or-cancel order away from the market is cancelled",
        """
        S a 5@101
        B x 5@100 IOC   -> x cancels 5 (ioc remainder)
        depth S         -> 5@101
        """,
    ),
    case(
        "19 a fill-or-kill order that cannot be filled touches nobody",
        """
        S a 5@101
        S b 5@102
        B x 11@102 FOK  -> x cancels 11 (fok not fillable)
        depth S         -> 5@101 5@102
        best            -> - 101
        """,
    ),
    case(
        "20 a fill-or-kill order fills across makers and levels",
        """
        S a 3@101
        S b 2@101
        S c 5@102
        B x 10@102 FOK  -> a3@101, b2@101, c5@102
        best            -> - -
        """,
    ),
    case(
        "21 only what lies within the limit counts for a fill-or-kill order",
        """
        S a 5@101
        S b 5@102
        B x 10@101 FOK  -> x cancels 10 (fok not fillable)
        B y 5@101 FOK   -> a5@101
        """,
    ),
    case(
        "22 fill-or-kill counts reserves",
        """
        S i 30@101 d=10
        B x 25@101 FOK  -> i10@101, i refreshes, i10@101, i refreshes, i5@101
        """,
        fok_counts=FokCounts.ALL,
    ),
    case(
        "22 fill-or-kill counts hidden orders",
        """
        S d 5@101
        S h 5@101 hid
        B x 10@101 FOK  -> d5@101, h5@101
        """,
        fok_counts=FokCounts.ALL,
    ),
    case(
        "22 fill-or-kill counts what is displayed alone",
        """
        S i 30@101 d=10
        S h 10@101 hid
        B x 25@101 FOK  -> x cancels 25 (fok not fillable)
        B y 10@101 FOK  -> i10@101, i refreshes
        """,
        fok_counts=FokCounts.DISPLAYED,
    ),
    case(
        "22 fill-or-kill does not count makers whose minimum it does not meet",
        """
        S h 9@101 hid min=8
        S a 5@101
        B x 7@101 FOK   -> x cancels 7 (fok not fillable)
        B y 5@101 FOK   -> a5@101
        """,
    ),
    case(
        "22 fill-or-kill does not count its owner's orders",
        """
        S a 5@101 [X]
        S b 5@101 [Y]
        B x 10@101 FOK [X]  -> x cancels 10 (fok not fillable)
        queue S             -> a b
        B y 5@101 FOK [X]   -> a cancels 5 (self trade), b5@101
        """,
        self_trade=SelfTrade.CANCEL_OLDEST,
    ),
    case(
        "23 a market order that meets nobody is cancelled",
        """
        B b 5@99
        B m 3 MKT   -> m cancels 3 (market remainder)
        best        -> 99 -
        """,
        market_remainder=MarketRemainder.CANCEL,
    ),
    case(
        "24 a market order walks the book and its rest is cancelled",
        """
        S a 5@101
        S b 5@103
        B m 12 MKT  -> a5@101, b5@103, m cancels 2 (market remainder)
        """,
        market_remainder=MarketRemainder.CANCEL,
    ),
    case(
        "25 a market order may be fill-or-kill",
        """
        S a 5@101
        S b 5@103
        B m 12 MKT FOK  -> m cancels 12 (fok not fillable)
        B n 10 MKT FOK  -> a5@101, b5@103
        """,
    ),
    case(
        "26 the rest of a market order books at the last price",
        """
        B a 100@1000
        B b 100@999
        S m 500 MKT -> a100@1000, b100@999, m rests 300@999
        best        -> - 999
        B x 100@999 -> m100@999
        """,
        mirror=2000,
        market_remainder=MarketRemainder.LAST_PRICE,
    ),
    case(
        "26 a market order that traded nothing has no last price and is cancelled",
        """
        S a 5@101
        B x 5@101   -> a5@101
        S m 5 MKT   -> m cancels 5 (market remainder)
        """,
        market_remainder=MarketRemainder.LAST_PRICE,
    ),
    case(
        "26 an immediate-or-cancel market order never rests",
        """
        B a 100@100
        S m 500 MKT IOC -> a100@100, m cancels 400 (market remainder)
        """,
        market_remainder=MarketRemainder.LAST_PRICE,
    ),
    case(
        "27 a resting market order trades at the limit of who comes",
        """
        S a 100 MKT -> a rests 100@MKT
        B b 120@105 -> a100@105, b rests 20@105
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "28 a resting market order trades at the best limit of its own side",
        """
        S a 100 MKT -> a rests 100@MKT
        S b 100@104
        B c 120@105 -> a100@104, b20@104
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "28 a resting market order trades first, if need be at the limit of who comes",
        """
        S a 100 MKT -> a rests 100@MKT
        S b 100@104
        B c 50@103  -> a50@103
        best        -> - 104
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "29 two market orders trade at the reference price",
        """
        S a 5 MKT   -> a rests 5@MKT
        B b 5 MKT   -> a5@150
        """,
        market_remainder=MarketRemainder.REST,
        reference_px=150_00,
    ),
    case(
        "29 two market orders without any price do not trade",
        """
        S a 5 MKT   -> a rests 5@MKT
        B b 5 MKT   -> b rests 5@MKT
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "29 the last trade's price comes before the reference price",
        """
        S s 1@152
        B x 1@152   -> s1@152
        S a 5 MKT   -> a rests 5@MKT
        B b 5 MKT   -> a5@152
        """,
        market_remainder=MarketRemainder.REST,
        reference_px=150_00,
    ),
    case(
        "29 a limit of the maker's own side comes before the last trade's price",
        """
        S s 2@152
        B x 1@152   -> s1@152
        S a 5 MKT   -> a rests 5@MKT
        S t 5@151
        B b 6 MKT   -> a5@151, t1@151
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "29 resting market orders trade in order of arrival and before every limit",
        """
        S t 5@100
        S a 5 MKT   -> a rests 5@MKT
        S b 5 MKT   -> b rests 5@MKT
        queue S     -> a b t
        B x 12@101  -> a5@100, b5@100, t2@100
        """,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "30 an order good till a time still trades at that time and expires after it",
        """
        S a 5@101 GTD until=10
        S b 5@101 GTD until=10
        next            -> 11
        at 10
        B x 2@101       -> a2@101
        advance 10
        queue S         -> a b
        advance 11      -> a expires 3, b expires 5
        best            -> - -
        next            -> -
        """,
    ),
    case(
        "30 a message after the expiry finds the order gone",
        """
        S a 5@101 GTD until=10
        at 11
        B x 5@101       -> a expires 5, x rests 5@101
        cancel a        -> a refused (unknown order)
        """,
    ),
    case(
        "30 orders expire in the order of their times",
        """
        S a 5@101 GTD until=20
        S b 5@101 GTD until=10
        S c 5@101 GTD until=10
        advance 30      -> b expires 5, c expires 5, a expires 5
        """,
    ),
    case(
        "30 a cancelled order does not expire",
        """
        S a 5@101 GTD until=10
        cancel a
        next            -> -
        advance 30
        """,
    ),
    case(
        "30 an expired order no longer holds its price against the next message",
        """
        B b 5@100
        B c 5@102 GTD until=10
        at 11
        S x 5@100       -> c expires 5, b5@100
        """,
    ),
    case(
        "31 the session's end cancels day orders and day stops, not orders good till cancelled",
        """
        S a 5@101
        S g 5@102 GTC
        S d 5@103 GTD until=1000
        S s 5@103 stop=90   -> s waits 5
        S t 5@103 stop=90 GTC -> t waits 5
        state closed        -> a cancels 5 (session end), s cancels 5 (session end), closed
        queue S             -> g d t
        S n 5@104           -> n refused (venue closed)
        replace g 4@102     -> g refused (venue closed)
        reduce g 1          -> g rests 4@102
        cancel g            -> g cancels 4 (requested)
        """,
    ),
    case(
        "31 what survived the night trades in the morning",
        """
        S g 5@102 GTC
        state closed        -> closed
        state continuous    -> continuous
        B x 5@102           -> g5@102
        """,
    ),
    case(
        "32 a budget buys whole shares as far as it goes",
        """
        S a 3@100
        S b 5@101
        B m 100 MKT budget=604  -> a3@100, b3@101, m cancels 94 (budget spent)
        depth S                 -> 2@101
        """,
        mirror=0,
    ),
    case(
        "32 what is left of a budget when the book is empty is cancelled",
        """
        S a 3@100
        S b 5@101
        B m 100 MKT budget=1000 -> a3@100, b5@101, m cancels 92 (market remainder)
        """,
        mirror=0,
    ),
    case(
        "32 a budget that buys nothing is refused",
        """
        S a 3@100
        B m 100 MKT budget=99   -> m refused (budget too small)
        depth S                 -> 3@100
        B n 100 MKT budget=100  -> a1@100, n cancels 99 (budget spent)
        """,
        mirror=0,
    ),
    case(
        "32 a budgeted order buys no more than it asked for",
        """
        S a 3@100
        B m 2 MKT budget=1000   -> a2@100
        """,
        mirror=0,
    ),
    case(
        "32 a budget buys whole lots where odd lots are refused",
        """
        S a 4@100
        S b 6@101
        B m 100 MKT budget=705  -> a4@100, b2@101, m cancels 94 (budget spent)
        B n 100 MKT budget=201  -> n refused (budget too small)
        """,
        mirror=0,
        odd_lots=OddLots.REJECT,
        lot=2,
    ),
)
