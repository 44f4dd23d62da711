"""Session states, auctions, halts and batches: cases 95 to 102."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import HaltOrders, MarketRemainder

CALLS: Final = ("pre_open", "opening_auction", "volatility_auction", "closing_auction")

CASES: Final[tuple[Case, ...]] = (
    case(
        "95 an auction trades the most, then leaves the least, then follows the pressure",
        """
        state opening_auction
        B a 500@640
        B b 500@639
        B c 500@639
        B d 1000@634
        B e 500@633
        S f 1000@610
        S g 500@640
        S h 520@641
        S i 550@642
        S j 519@643
        indicative       -> 1000@639 +500
        state continuous -> a/f 500@639, b/f 500@639, continuous 1000@639 +500
        queue B          -> c d e
        queue S          -> g h i j
        """,
        mirror=1300,
    ),
    case(
        "96 volume decides before surplus",
        """
        state opening_auction
        S a 5@100
        S b 5@102
        B x 12@102
        indicative       -> 10@102 +2
        state continuous -> x/a 5@102, x/b 5@102, continuous 10@102 +2
        best             -> 102 -
        """,
    ),
    case(
        "96 of prices with one volume the one with the smaller surplus",
        """
        state opening_auction
        B x 5@104
        B y 3@101
        S a 5@100
        indicative       -> 5@104
        """,
        reference_px=150_00,
    ),
    case(
        "96 where sellers are left at every price it is the lowest",
        """
        state opening_auction
        B x 5@102
        S a 10@100
        indicative       -> 5@100 -5
        state continuous -> x/a 5@100, continuous 5@100 -5
        """,
    ),
    case(
        "96 where nobody is left it is the price nearest to the reference",
        """
        state opening_auction
        B x 5@104
        S a 5@100
        indicative       -> 5@103
        """,
        reference_px=103_00,
    ),
    case(
        "96 a reference outside brings the nearest end",
        """
        state opening_auction
        B x 5@104
        S a 5@100
        indicative       -> 5@104
        """,
        reference_px=110_00,
    ),
    case(
        "96 the last trade is the reference",
        """
        S s 1@101
        B t 1@101        -> s1@101
        state volatility_auction
        B x 5@104
        S a 5@100
        indicative       -> 5@101
        """,
        reference_px=103_00,
    ),
    case(
        "96 without a reference it is the middle",
        """
        state opening_auction
        B x 5@104
        S a 5@100
        indicative       -> 5@102
        """,
    ),
    case(
        "96 a middle between two ticks is the lower one",
        """
        state opening_auction
        B x 5@103
        S a 5@100
        indicative       -> 5@101
        """,
        mirror=0,
    ),
    case(
        "96 of two prices as near to the reference the lower",
        """
        state opening_auction
        B x 5@104
        S a 5@100
        indicative       -> 5@101
        """,
        mirror=0,
        reference_px=101_50,
    ),
    case(
        "97 market orders trade first in an auction",
        """
        state opening_auction
        B x 5@105
        B m 5 MKT
        S s 5@100
        indicative       -> 5@105 +5
        state continuous -> m/s 5@105, continuous 5@105 +5
        queue B          -> x
        """,
    ),
    case(
        "97 market orders count at every price",
        """
        state opening_auction
        B m 5 MKT
        S a 3@100
        S b 5@101
        state continuous -> m/a 3@101, m/b 2@101, continuous 5@101 -3
        """,
    ),
    case(
        "98 orders that do not cross go on unchanged",
        """
        state opening_auction
        B b 5@100
        S a 5@101
        indicative       -> -
        state continuous -> continuous
        best             -> 100 101
        B x 5@101        -> a5@101
        """,
    ),
    case(
        "98 market orders alone trade at the reference",
        """
        state opening_auction
        B m 5 MKT
        S n 3 MKT
        state continuous -> m/n 3@150, m cancels 2 (market remainder), continuous 3@150 +2
        """,
        reference_px=150_00,
        market_remainder=MarketRemainder.CANCEL,
    ),
    case(
        "98 market orders alone without a reference do not trade",
        """
        state opening_auction
        B m 5 MKT
        S n 3 MKT
        indicative       -> -
        state continuous -> m cancels 5 (market remainder), n cancels 3 (market remainder), continuous
        """,
        mirror=0,
        market_remainder=MarketRemainder.CANCEL,
    ),
    case(
        "98 a market order that an auction leaves rests at its price",
        """
        state opening_auction
        B m 5 MKT
        S n 3@100
        state continuous -> m/n 3@100, continuous 3@100 +2
        find m           -> 2@100 shows 2
        """,
        market_remainder=MarketRemainder.LAST_PRICE,
    ),
    case(
        "98 a market order that an auction leaves goes on resting",
        """
        state opening_auction
        B m 5 MKT
        S n 3@100
        state continuous -> m/n 3@100, continuous 3@100 +2
        S x 1@100        -> m1@100
        """,
        market_remainder=MarketRemainder.REST,
    ),
    *(
        case(
            f"99 in the call ({call}) orders rest and may cross, and those that cannot wait are refused",
            f"""
            B b 5@100
            state {call}
            B i 5@101 IOC    -> i refused (not in this state)
            B f 5@101 FOK    -> f refused (not in this state)
            B p 5 primary    -> p refused (not in this state)
            B h 5@101 hid min=2 -> h refused (not in this state)
            S x 3@99         -> x rests 3@99
            indicative       -> 3@100 +2
            find x           -> 3@99 shows 3
            cancel b         -> b cancels 5 (requested)
            replace x 2@98   -> x rests 2@98
            state {call}     -> -
            """,
        )
        for call in CALLS
    ),
    case(
        "99 in a call there is no budget",
        """
        state opening_auction
        B m 5 MKT budget=604 -> m refused (not in this state)
        """,
        mirror=0,
    ),
    case(
        "99 an order at the opening comes before it alone",
        """
        B a 5@101 OPG    -> a refused (not in this state)
        state pre_open
        B o 5@101 OPG    -> o rests 5@101
        B d 5@100
        S s 3@101
        state opening_auction -> opening_auction
        indicative       -> 3@101 +2
        state continuous -> o/s 3@101, o cancels 2 (auction remainder), continuous 3@101 +2
        queue B          -> d
        state closing_auction
        B e 5@101 OPG    -> e refused (not in this state)
        """,
    ),
    case(
        "99 an order at the close waits apart and joins behind",
        """
        S c 5@101 CLOSE  -> c rests 5@101
        depth S          -> -
        B x 2@101        -> x rests 2@101
        cancel x
        S d 5@101
        state closing_auction -> closing_auction
        B b 6@101
        queue S          -> d c
        state closed     -> b/d 5@101, b/c 1@101, c cancels 4 (auction remainder), closed 6@101 -4
        """,
    ),
    case(
        "99 an order at the close that is sent in its call joins at once",
        """
        state closing_auction
        S c 5@101 CLOSE
        B b 8@101
        indicative       -> 5@101 +3
        state closed     -> b/c 5@101, b cancels 3 (session end), closed 5@101 +3
        """,
    ),
    case(
        "99 without a closing auction orders at the close end with the session",
        """
        S c 5@101 CLOSE
        state closed     -> c cancels 5 (session end), closed
        """,
    ),
    case(
        "100 after an auction the book is not crossed and the queue is as it was",
        """
        state opening_auction
        B a 5@102
        B b 5@102
        B c 5@100
        S s 7@101
        S t 5@103
        best             -> 102 101
        state continuous -> a/s 5@102, b/s 2@102, continuous 7@102 +3
        queue B          -> b c
        best             -> 102 103
        S x 4@100        -> b3@102, c1@100
        """,
    ),
    case(
        "101 hidden orders and whole icebergs take part, displayed ones first",
        """
        state opening_auction
        B h 5@101 hid
        B i 30@101 d=10
        S s 32@101
        indicative       -> 32@101 +3
        state continuous -> i/s 30@101, h/s 2@101, continuous 32@101 +3
        """,
    ),
    case(
        "101 an iceberg that an auction leaves shows its peak again, in its place",
        """
        state opening_auction
        B i 30@101 d=10
        B b 5@101
        S s 15@101
        state continuous -> i/s 15@101, continuous 15@101 +20
        find i           -> 15@101 shows 10
        queue B          -> i b
        """,
    ),
    case(
        "101 pegs take no part, keep their price in the call and follow after it",
        """
        B b 10@100
        S s 10@104
        S m 5 mid        -> m rests 5@102
        state volatility_auction
        B x 5@103        -> x rests 5@103
        indicative       -> -
        find m           -> 5@102 shows 0
        state continuous -> continuous, m pegs to 103.5
        """,
    ),
    case(
        "101 orders with a minimum take no part",
        """
        S h 5@101 hid min=3
        state volatility_auction
        B x 5@102        -> x rests 5@102
        indicative       -> -
        """,
    ),
    case(
        "101 an auction's price sets off stops when trading goes on",
        """
        B u 5@90 stop=102
        state opening_auction
        B x 5@102
        S s 5@102
        state continuous -> x/s 5@102, continuous 5@102, u fires
        """,
    ),
    case(
        "102 a halt refuses orders and replaces, and takes cancels",
        """
        B b 5@100
        B c 5@100
        state halted     -> halted
        S x 5@100        -> x refused (venue halted)
        replace b 5@101  -> b refused (venue halted)
        reduce b 2       -> b rests 3@100
        cancel c         -> c cancels 5 (requested)
        state continuous -> continuous
        S x 5@100        -> b3@100, x rests 2@100
        """,
        halt_orders=HaltOrders.REJECT,
    ),
    case(
        "102 orders that queue in a halt meet in an auction when it ends",
        """
        B b 5@100
        state halted
        S x 8@100        -> x rests 8@100
        B i 5@100 IOC    -> i refused (not in this state)
        B c 2@100        -> c rests 2@100
        indicative       -> 7@100 -1
        state continuous -> b/x 5@100, c/x 2@100, continuous 7@100 -1
        best             -> - 100
        """,
        halt_orders=HaltOrders.QUEUE,
    ),
    case(
        "102 a closed venue takes cancels alone and opens with an auction",
        """
        B b 5@100 GTC
        state closed
        S x 5@100        -> x refused (venue closed)
        replace b 5@101  -> b refused (venue closed)
        state pre_open
        S x 5@100        -> x rests 5@100
        state continuous -> b/x 5@100, continuous 5@100
        """,
    ),
    case(
        "102 a batch venue matches at its instants alone",
        """
        at 5
        S a 5@101
        B x 3@102        -> x rests 3@102
        best             -> 102 101
        indicative       -> 3@101 -2
        next             -> 11
        advance 10       -> -
        advance 11       -> x/a 3@101, continuous 3@101 -2
        best             -> - 101
        """,
        batch_interval=10,
    ),
    case(
        "102 a message of the batch's instant takes part in it",
        """
        at 5
        S a 5@101
        at 10
        B x 5@101        -> x rests 5@101
        at 15
        B y 1@99         -> x/a 5@101, continuous 5@101, y rests 1@99
        """,
        batch_interval=10,
    ),
    case(
        "102 an immediate-or-cancel order takes part in one batch",
        """
        at 5
        B y 5@101 IOC    -> y rests 5@101
        S a 3@101
        next             -> 11
        advance 11       -> y/a 3@101, continuous 3@101 +2, y cancels 2 (ioc remainder)
        at 15
        B z 5@101 IOC    -> z rests 5@101
        advance 21       -> z cancels 5 (ioc remainder)
        """,
        batch_interval=10,
    ),
    case(
        "102 a batch venue takes no order that needs a continuous market",
        """
        at 5
        B f 5@101 FOK    -> f refused (not in this state)
        B p 5 mid        -> p refused (not in this state)
        B h 5@101 hid min=2 -> h refused (not in this state)
        B s 5 MKT stop=99 -> s refused (not in this state)
        B t 5 MKT trail=9 -> t refused (not in this state)
        """,
        batch_interval=10,
    ),
)
