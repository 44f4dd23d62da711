"""Who trades first, and at what price: cases 1 to 15."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.messages import LARGEST_PRICE
from venues.policies import IdReuse

CEILING: Final = LARGEST_PRICE // 100
"""The largest limit, in ticks."""


def _names(count: int) -> list[str]:
    return [f"m{n}" for n in range(count)]


def _many_makers(count: int) -> str:
    makers = _names(count)
    entries = "\n".join(f"S {name} 1@101" for name in makers)
    return f"{entries}\nB x {count}@101 -> {', '.join(f'{name}1@101' for name in makers)}\nbest -> - -"


CASES: Final[tuple[Case, ...]] = (
    case(
        "1 better prices trade first and the residual becomes the touch",
        """
        S a 5@101
        S b 5@102
        B x 12@102  -> a5@101, b5@102, x rests 2@102
        best        -> 102 -
        S y 2@100   -> x2@102
        """,
    ),
    case(
        "2 a partly filled maker keeps its place",
        """
        S a 10@101
        S b 10@101
        B x 4@101   -> a4@101
        B y 8@101   -> a6@101, b2@101
        depth S     -> 8@101
        find b      -> 8@101 shows 8
        """,
    ),
    case(
        "3 a trade is at the maker's price",
        """
        S a 5@103
        B x 5@105   -> a5@103
        B b 5@100
        S y 5@98    -> b5@100
        """,
    ),
    *(
        case(
            f"4 an order leaves the {where} of its queue without a trace",
            f"""
            S a 1@101
            S b 1@101
            S c 1@101
            cancel {gone} -> {gone} cancels 1 (requested)
            queue S     -> {" ".join(stay)}
            B x 3@101   -> {stay[0]}1@101, {stay[1]}1@101, x rests 1@101
            best        -> 101 -
            """,
        )
        for where, gone, stay in (("head", "a", "bc"), ("middle", "b", "ac"), ("tail", "c", "ab"))
    ),
    case(
        "5 cancels inside a queue keep the order of the others",
        """
        S a 1@101
        S b 1@101
        S c 1@101
        S d 1@101
        S e 1@101
        cancel b
        cancel d
        B x 3@101   -> a1@101, c1@101, e1@101
        """,
    ),
    case("6 five thousand makers at one price trade in order of arrival", _many_makers(5_000)),
    case(
        "7 a sweep takes level by level, the whole of each before the next",
        """
        S c 1@103
        S a 2@101
        S b 1@102
        S d 1@101
        S e 1@103
        B x 6@103   -> a2@101, d1@101, b1@102, c1@103, e1@103
        """,
    ),
    case(
        "8 an exact match finishes both orders",
        """
        S a 5@101
        B x 5@101   -> a5@101
        best        -> - -
        find a      -> -
        find x      -> -
        cancel a    -> a refused (unknown order)
        cancel x    -> x refused (unknown order)
        replace a 5@101 -> a refused (unknown order)
        reduce a 1  -> a refused (unknown order)
        """,
    ),
    case(
        "9 a cancel takes out what is open, not what was ordered",
        """
        S a 5@101
        B x 2@101   -> a2@101
        cancel a    -> a cancels 3 (requested)
        """,
    ),
    case(
        "10 an id that was never issued is unknown",
        """
        cancel a        -> a refused (unknown order)
        replace a 5@101 -> a refused (unknown order)
        reduce a 5      -> a refused (unknown order)
        best            -> - -
        """,
    ),
    case(
        "11 an id is unique while its order is live and free afterwards",
        """
        S a 5@101
        S a 5@102   -> a refused (duplicate id)
        depth S     -> 5@101
        cancel a
        S a 5@103   -> a rests 5@103
        """,
        id_reuse=IdReuse.WHEN_DONE,
    ),
    case(
        "11 an id is never used again",
        """
        S a 5@101
        S a 5@102   -> a refused (duplicate id)
        cancel a
        S a 5@103   -> a refused (duplicate id)
        S b 5@103
        B x 5@103   -> b5@103
        S b 5@103   -> b refused (duplicate id)
        B x 5@103   -> x refused (duplicate id)
        """,
        id_reuse=IdReuse.NEVER,
    ),
    case(
        "11 a refused order has not used its id",
        """
        S a 0@101   -> a refused (bad qty)
        S a 5@101   -> a rests 5@101
        """,
        id_reuse=IdReuse.NEVER,
    ),
    case(
        "11 an order with the id of a live one does not trade either",
        """
        S a 5@101
        B b 5@99
        B b 5@101       -> b refused (duplicate id)
        B a 5@101 IOC   -> a refused (duplicate id)
        queue S         -> a
        queue B         -> b
        """,
    ),
    case(
        "13 orders of one instant stand in order of arrival",
        """
        at 7
        S b 1@101
        S a 1@101
        S c 1@101
        B x 3@101   -> b1@101, a1@101, c1@101
        """,
    ),
    case(
        "14 the smallest and the largest price work",
        f"""
        S a 5@{CEILING}
        best                -> - {CEILING}
        B x 5@{CEILING}     -> a5@{CEILING}
        B b 5@1
        best                -> 1 -
        S y 5@1             -> b5@1
        """,
        mirror=CEILING + 1,
    ),
    case(
        "14 prices outside the range are refused",
        f"""
        B x 5@0             -> x refused (bad price)
        B x 5@-1            -> x refused (bad price)
        S x 5@{CEILING + 1} -> x refused (bad price)
        S x 5@{CEILING + 2} -> x refused (bad price)
        """,
        mirror=CEILING + 1,
    ),
    case(
        "14 quantities outside the range are refused",
        """
        B x 0@100           -> x refused (bad qty)
        B x -5@100          -> x refused (bad qty)
        B x 1000000001@100  -> x refused (bad qty)
        B x 1000000000@100  -> x rests 1000000000@100
        """,
    ),
    case(
        "15 orders one tick apart do not trade",
        """
        S a 5@101
        B x 3@100   -> x rests 3@100
        best        -> 100 101
        B y 1@101   -> a1@101
        find a      -> 4@101 shows 4
        """,
    ),
)
