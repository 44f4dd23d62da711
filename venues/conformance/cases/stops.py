"""Stop, stop-limit and trailing orders: cases 87 to 94."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import StopThrough, TriggerSource

CASES: Final[tuple[Case, ...]] = (
    case(
        "87 a stop fires after the aggressor is complete",
        """
        B a 5@100
        B b 5@99
        B c 10@97
        S t 5 MKT stop=99 -> t waits 5
        S x 6@99        -> a5@100, b1@99, t fires, b4@99, c1@97
        depth B         -> 9@97
        """,
    ),
    case(
        "87 a trade at a better price than the stop leaves it waiting",
        """
        B a 5@100
        S t 5 MKT stop=99
        S x 2@100       -> a2@100
        find t          -> 5@MKT shows 0
        """,
    ),
    case(
        "88 a stop-limit that fires rests at its limit",
        """
        S a 1@101
        B t 5@102 stop=101 -> t waits 5
        best            -> - 101
        B x 1@101       -> a1@101, t fires
        find t          -> 5@102 shows 5
        best            -> 102 -
        """,
    ),
    case(
        "88 a stop that waits is no liquidity",
        """
        B t 5@102 stop=101
        queue B         -> t
        depth B         -> -
        S x 5@102       -> x rests 5@102
        """,
    ),
    case(
        "89 stops of one price fire in the order of their entry",
        """
        S a 5@101
        S b 5@102
        S c 5@103
        B u 5 MKT stop=101
        B v 5 MKT stop=101
        B x 5@101       -> a5@101, u fires, v fires, b5@102, c5@103
        """,
    ),
    case(
        "89 a stop that fires sets off the next one",
        """
        S a 5@101
        S b 5@102
        S c 5@103
        B v 5 MKT stop=102
        B u 5 MKT stop=101
        B x 5@101       -> a5@101, u fires, b5@102, v fires, c5@103
        """,
    ),
    case(
        "90 a stop that the market is through fires at once",
        """
        S a 5@101
        S b 5@102
        B x 5@101       -> a5@101
        B u 5 MKT stop=101 -> u fires, b5@102
        """,
        stop_through=StopThrough.FIRE,
    ),
    case(
        "90 a stop that the market is through is refused",
        """
        S a 5@101
        S b 5@102
        B x 5@101       -> a5@101
        B u 5 MKT stop=101 -> u refused (stop through)
        B v 5 MKT stop=102 -> v waits 5
        """,
        stop_through=StopThrough.REJECT,
    ),
    case(
        "90 before the first trade a stop waits, whatever is quoted",
        """
        S b 5@102
        B u 5 MKT stop=101 -> u waits 5
        S t 5 MKT stop=150 -> t waits 5
        """,
    ),
    case(
        "91 a replaced stop has a new price to wait for",
        """
        S a 1@101
        S b 1@102
        S c 9@103
        B u 5 MKT stop=101
        replace u 5 MKT stop=102 -> u waits 5
        B x 1@101       -> a1@101
        B y 1@102       -> b1@102, u fires, c5@103
        """,
    ),
    case(
        "91 a waiting stop keeps its place in the order of entry for fewer shares alone",
        """
        S a 1@101
        S c 20@103
        B u 5 MKT stop=101
        B v 5 MKT stop=101
        B w 5 MKT stop=101
        replace u 4 MKT stop=101
        replace v 6 MKT stop=101
        B x 1@101       -> a1@101, u fires, w fires, v fires, c4@103, c5@103, c6@103
        """,
    ),
    case(
        "91 a stop that has fired has no stop price to change",
        """
        S a 1@101
        B t 5@100 stop=101
        B x 1@101       -> a1@101, t fires
        replace t 5@100 stop=103 -> t refused (bad terms)
        replace t 5@99  -> t rests 5@99
        """,
    ),
    case(
        "91 a replaced stop-limit keeps waiting, with its new limit",
        """
        S a 1@101
        B t 5@100 stop=101
        replace t 5@99  -> t waits 5
        B x 1@101       -> a1@101, t fires
        find t          -> 5@99 shows 5
        """,
    ),
    case(
        "92 a cancelled stop never trades",
        """
        S a 1@101
        S b 5@102
        B u 5 MKT stop=101
        cancel u
        B x 1@101       -> a1@101
        depth S         -> 5@102
        """,
    ),
    case(
        "92 a stop that fires stands behind the orders in the book",
        """
        S a 1@101
        B u 5@101 stop=101
        B x 3@101       -> a1@101, u fires, x rests 2@101
        queue B         -> x u
        S y 4@101       -> x2@101, u2@101
        """,
    ),
    case(
        "93 a trailing stop follows the touch in steps and never goes back",
        """
        B b 1@100
        S t 5 MKT trail=10 step=5 -> t waits 5
        B c 1@103
        B d 1@120       -> t trails, d rests 1@120
        cancel d
        B e 1@111
        S x 1@111       -> e1@111
        B f 1@110
        S y 1@110       -> f1@110, t fires, c1@103, b1@100, t cancels 3 (market remainder)
        """,
    ),
    case(
        "93 a trailing stop that has not moved waits where it was set",
        """
        B b 1@100
        S t 1 MKT trail=10 step=5
        B c 1@104
        cancel c
        cancel b
        B d 1@91
        S x 1@91        -> d1@91
        B e 2@90
        S y 1@90        -> e1@90, t fires, e1@90
        """,
    ),
    case(
        "93 without a step a trailing stop follows every move",
        """
        B b 1@100
        S t 1 MKT trail=10
        B c 1@101       -> t trails, c rests 1@101
        B d 1@102       -> t trails, d rests 1@102
        cancel d
        """,
    ),
    case(
        "94 the last trade sets off stops, quotes do not",
        """
        S a 1@102
        B u 1 MKT stop=102
        S b 1@103
        cancel a
        B x 1@103       -> b1@103, u fires, u cancels 1 (market remainder)
        """,
        trigger=TriggerSource.LAST,
    ),
    case(
        "94 the opposite quote sets off stops, trades do not",
        """
        S a 1@101
        S b 1@102
        B u 1@90 stop=102
        B x 2@102       -> a1@101, b1@102
        find u          -> 1@90 shows 0
        S d 1@103       -> u fires, d rests 1@103
        """,
        trigger=TriggerSource.QUOTE,
    ),
    case(
        "94 a quote that goes away sets off the stops at the next one",
        """
        S a 1@101
        S b 5@102
        B u 1 MKT stop=102
        cancel a        -> a cancels 1 (requested), u fires, b1@102
        """,
        trigger=TriggerSource.QUOTE,
    ),
    case(
        "94 the midpoint sets off stops, trades and quotes do not",
        """
        B b 5@100
        S a 5@102
        S d 5@103
        B u 1@90 stop=102
        B x 5@102       -> a5@102
        find u          -> 1@90 shows 0
        B c 1@101       -> u fires, c rests 1@101
        """,
        trigger=TriggerSource.MID,
    ),
)
