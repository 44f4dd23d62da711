"""What a replace or a reduce keeps and loses: cases 34 to 46."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import ReplaceQty, SmallerSize

CASES: Final[tuple[Case, ...]] = (
    case(
        "34 a smaller quantity at the same price keeps the place",
        """
        S a 10@101
        S b 10@101
        replace a 4@101 -> a rests 4@101
        B x 6@101       -> a4@101, b2@101
        """,
        smaller_size=SmallerSize.KEEPS,
    ),
    case(
        "34 a smaller quantity loses the place where the venue says so",
        """
        S a 10@101
        S b 10@101
        replace a 4@101 -> a rests 4@101
        B x 6@101       -> b6@101
        queue S         -> b a
        """,
        smaller_size=SmallerSize.LOSES,
    ),
    case(
        "35 a larger quantity loses the place",
        """
        S a 10@101
        S b 10@101
        replace a 12@101 -> a rests 12@101
        B x 6@101       -> b6@101
        """,
    ),
    case(
        "36 a price that goes away and comes back has lost the place",
        """
        S a 10@101
        S b 10@101
        replace a 10@102 -> a rests 10@102
        depth S         -> 10@101 10@102
        replace a 10@101 -> a rests 10@101
        B x 6@101       -> b6@101
        """,
    ),
    case(
        "37 a replace that changes nothing keeps the place",
        """
        S a 10@101
        S b 10@101
        replace a 10@101 -> a rests 10@101
        B x 6@101       -> a6@101
        """,
        smaller_size=SmallerSize.KEEPS,
    ),
    case(
        "38 an order that is moved through the market trades at the maker's price",
        """
        S a 5@101
        B b 10@99
        replace b 10@102 -> a5@101, b rests 5@102
        best            -> 102 -
        """,
    ),
    case(
        "39 a total that is filled already ends the order",
        """
        S a 10@101
        B x 6@101       -> a6@101
        replace a 4@101 -> a cancels 4 (requested)
        replace a 12@101 -> a refused (unknown order)
        best            -> - -
        """,
        replace_qty=ReplaceQty.TOTAL,
    ),
    case(
        "39 a replaced quantity is the total, filled shares included",
        """
        S a 10@101
        B x 6@101       -> a6@101
        replace a 8@101 -> a rests 2@101
        B y 1@101       -> a1@101
        replace a 7@101 -> a cancels 1 (requested)
        """,
        replace_qty=ReplaceQty.TOTAL,
    ),
    case(
        "39 a replaced quantity is what is to be open",
        """
        S a 10@101
        S b 10@101
        B x 6@101       -> a6@101
        replace a 4@101 -> a rests 4@101
        B y 1@101       -> a1@101
        replace a 8@101 -> a rests 8@101
        queue S         -> b a
        """,
        replace_qty=ReplaceQty.OPEN,
    ),
    case(
        "40 a replaced order keeps what it has traded",
        """
        S a 10@101
        B x 4@101       -> a4@101
        replace a 10@102 -> a rests 6@102
        cancel a        -> a cancels 6 (requested)
        """,
    ),
    case(
        "41 a change of the second order of a level leaves the first alone",
        """
        S a 10@101
        S b 10@101
        replace b 4@101 -> b rests 4@101
        find a          -> 10@101 shows 10
        depth S         -> 14@101
        count S         -> 2
        B x 12@101      -> a10@101, b2@101
        """,
    ),
    case(
        "42 a change of price leaves the siblings where they are",
        """
        S a 10@101
        S b 7@101
        S c 3@101
        replace b 7@103 -> b rests 7@103
        depth S         -> 13@101 7@103
        count S         -> 2 1
        queue S         -> a c b
        """,
    ),
    case(
        "43 somebody else's order is unknown",
        """
        S a 10@101 [X]
        replace a 4@101 [Y] -> a refused (unknown order)
        cancel a [Y]        -> a refused (unknown order)
        reduce a 4 [Y]      -> a refused (unknown order)
        find a              -> 10@101 shows 10
        """,
    ),
    case(
        "44 a reduce takes shares out and keeps the place",
        """
        S a 10@101
        S b 10@101
        reduce a 7      -> a rests 3@101
        B x 4@101       -> a3@101, b1@101
        """,
    ),
    case(
        "44 a reduce keeps the place where a smaller replace would not",
        """
        S a 10@101
        S b 10@101
        reduce a 7      -> a rests 3@101
        B x 4@101       -> a3@101, b1@101
        """,
        smaller_size=SmallerSize.LOSES,
    ),
    case(
        "44 a reduce by nothing is refused, by all or more it cancels what is open",
        """
        S a 10@101
        S b 10@101
        reduce a 0      -> a refused (bad qty)
        reduce a -1     -> a refused (bad qty)
        B x 4@101       -> a4@101
        reduce a 15     -> a cancels 6 (requested)
        reduce b 10     -> b cancels 10 (requested)
        best            -> - -
        """,
    ),
    case(
        "46 a replace or cancel that arrives after the fill is too late",
        """
        S a 10@101
        B x 10@101      -> a10@101
        replace a 20@101 -> a refused (unknown order)
        cancel a        -> a refused (unknown order)
        best            -> - -
        """,
    ),
    case(
        "46 a chain of replaces ends with the last one",
        """
        S a 10@101
        replace a 8@102 -> a rests 8@102
        replace a 6@103 -> a rests 6@103
        B x 2@103       -> a2@103
        replace a 5@102 -> a rests 3@102
        depth S         -> 3@102
        """,
    ),
    case(
        "46 a replace into nonsense is refused",
        """
        S a 10@101
        replace a 0@101     -> a refused (bad qty)
        replace a 5@100.5   -> a refused (off tick)
        replace a 5 MKT     -> a refused (bad price)
        replace a 5@101 min=3 -> a refused (bad terms)
        find a              -> 10@101 shows 10
        """,
    ),
)
