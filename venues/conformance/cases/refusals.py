"""What is refused, and for which of several reasons: cases 103 to 105. Each time the state hash is as before."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import OddLots, OffTick, TickTable

CENTS: Final = TickTable(((0, 10), (5_0000, 50)))
"""$0.001 below $5, $0.005 from there on."""

CASES: Final[tuple[Case, ...]] = (
    case(
        "103 a price off the tick is refused",
        """
        B x 5@100.5          -> x refused (off tick)
        B x 5@100.01         -> x refused (off tick)
        B x 5 MKT stop=100.5 -> x refused (off tick)
        best                 -> - -
        """,
        off_tick=OffTick.REJECT,
    ),
    case(
        "103 a price off the tick is rounded away from the market",
        """
        B x 5@100.5          -> x at 100 (rounded), x rests 5@100
        S y 5@100.5          -> y at 101 (rounded), y rests 5@101
        B z 5@99             -> z rests 5@99
        replace z 5@99.5     -> z at 99 (rounded), z rests 5@99
        """,
        off_tick=OffTick.ROUND,
    ),
    case(
        "103 the tick depends on the price, and changes at a boundary price",
        """
        B x 5@999.9          -> x refused (off tick)
        B x 5@999.5          -> x rests 5@999.5
        B y 5@500.1          -> y refused (off tick)
        B y 5@500.5          -> y rests 5@500.5
        B z 5@500            -> z rests 5@500
        B w 5@499.9          -> w rests 5@499.9
        B v 5@499.95         -> v refused (off tick)
        """,
        mirror=0,
        ticks=CENTS,
    ),
    case(
        "103 a buy is rounded down by the tick at its price",
        """
        B x 5@999.9          -> x at 999.5 (rounded), x rests 5@999.5
        B y 5@500.4          -> y at 500 (rounded), y rests 5@500
        B z 5@499.99         -> z at 499.9 (rounded), z rests 5@499.9
        """,
        mirror=0,
        ticks=CENTS,
        off_tick=OffTick.ROUND,
    ),
    case(
        "103 a sell is rounded up by the tick at its price",
        """
        S x 5@999.9          -> x at 1000 (rounded), x rests 5@1000
        S y 5@500.1          -> y at 500.5 (rounded), y rests 5@500.5
        S z 5@499.95         -> z at 500 (rounded), z rests 5@500
        """,
        mirror=0,
        ticks=CENTS,
        off_tick=OffTick.ROUND,
    ),
    case(
        "104 odd lots are refused",
        """
        B x 150@100          -> x refused (odd lot)
        B x 200@100          -> x rests 200@100
        replace x 150@100    -> x refused (odd lot)
        replace x 100@100    -> x rests 100@100
        """,
        odd_lots=OddLots.REJECT,
        lot=100,
    ),
    case(
        "104 odd lots are taken",
        """
        B x 150@100          -> x rests 150@100
        S y 1@100            -> x1@100
        """,
        odd_lots=OddLots.ACCEPT,
        lot=100,
    ),
    case(
        "105 what is no order is refused",
        """
        S a 5@101
        nonsense garbage     -> garbage refused (bad message)
        nonsense id          -> id refused (bad message)
        nonsense qty_text    -> qty_text refused (bad qty)
        nonsense qty_fraction -> qty_fraction refused (bad qty)
        nonsense price_fraction -> price_fraction refused (bad price)
        nonsense side        -> side refused (bad side)
        nonsense tif         -> tif refused (bad time in force)
        queue S              -> a
        """,
        mirror=0,
    ),
    case(
        "105 terms that contradict each other are refused",
        """
        at 10
        B x 5@100 d=-1           -> x refused (bad terms)
        B x 5@100 hid min=-1     -> x refused (bad terms)
        B x 5@100 hid min=6      -> x refused (bad terms)
        B x 5@100 min=3          -> x refused (bad terms)
        B x 5@100 post IOC       -> x refused (bad terms)
        B x 5@100 post FOK       -> x refused (bad terms)
        B x 5 MKT post           -> x refused (bad terms)
        B x 5@100 mid post       -> x refused (bad terms)
        B x 5@100 mid stop=101   -> x refused (bad terms)
        B x 5@100 mid trail=1    -> x refused (bad terms)
        B x 5@100 mid IOC        -> x refused (bad terms)
        B x 5@100 primary FOK    -> x refused (bad terms)
        B x 5@100 market d=2     -> x refused (bad terms)
        B x 5@100 stop=101 trail=1 -> x refused (bad terms)
        B x 5@100 step=1         -> x refused (bad terms)
        B x 5@100 trail=-1       -> x refused (bad terms)
        B x 5@100 trail=1 step=-1 -> x refused (bad terms)
        B x 5@100 until=20       -> x refused (bad terms)
        B x 5@100 GTD            -> x refused (bad terms)
        B x 5@100 GTD until=9    -> x refused (bad terms)
        B x 5@100 budget=604     -> x refused (bad terms)
        best                     -> - -
        """,
    ),
    case(
        "105 a budget is for a plain market order that buys",
        """
        S a 5@101
        S x 5 MKT budget=604     -> x refused (bad terms)
        B x 5 MKT FOK budget=604 -> x refused (bad terms)
        B x 5 MKT stop=101 budget=604 -> x refused (bad terms)
        B x 5 mid budget=604     -> x refused (bad terms)
        B x 5 MKT budget=-1      -> x refused (bad terms)
        """,
        mirror=0,
    ),
    case(
        "105 what means nothing to a market order is ignored",
        """
        S a 8@101
        B m 3 MKT hid            -> a3@101
        B n 3 MKT d=1            -> a3@101
        """,
    ),
    case(
        "105 of several reasons the message's own comes first",
        """
        S a 100@101
        state closed             -> a cancels 100 (session end), closed
        B a 0@-1 min=9           -> a refused (bad qty)
        B a 5@-1 min=9           -> a refused (bad price)
        B a 5@100.5 min=9        -> a refused (bad terms)
        B a 5@100.5              -> a refused (venue closed)
        """,
        mirror=0,
        odd_lots=OddLots.REJECT,
    ),
    case(
        "105 of several reasons the venue's rules come in their order",
        """
        S a 100@101
        S b 100@102
        state pre_open
        B a 5@100.5 IOC          -> a refused (off tick)
        B a 5@101 IOC            -> a refused (odd lot)
        B a 100@101 IOC          -> a refused (duplicate id)
        B x 100@101 IOC          -> x refused (not in this state)
        state continuous         -> continuous
        B a 100@102 post         -> a refused (duplicate id)
        B x 100@102 post         -> x refused (post only)
        """,
        odd_lots=OddLots.REJECT,
    ),
    case(
        "105 a halt is named before the price is looked at",
        """
        S a 100@101
        state halted
        B a 5@100.5              -> a refused (venue halted)
        B a 0@100                -> a refused (bad qty)
        replace a 5@100.5        -> a refused (venue halted)
        """,
        odd_lots=OddLots.REJECT,
    ),
    case(
        "105 a refused order leaves the queues as they were",
        """
        S a 5@101
        S b 5@101
        S a 9@100                -> a refused (duplicate id)
        replace a 5@101.5        -> a refused (off tick)
        replace b 0@101          -> b refused (bad qty)
        reduce a 0               -> a refused (bad qty)
        cancel b [Y]             -> b refused (unknown order)
        B x 6@101                -> a5@101, b1@101
        """,
    ),
)
