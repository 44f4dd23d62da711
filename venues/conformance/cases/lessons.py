"""Mistakes that other engines have shipped, a case each. What they cost in time is for the benchmarks."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case

CASES: Final[tuple[Case, ...]] = (
    case(
        "a partial fill keeps every share in one place",
        """
        S a 10@101
        B x 3@101   -> a3@101
        B y 3@101   -> a3@101
        find a      -> 4@101 shows 4
        depth S     -> 4@101
        B z 9@101   -> a4@101, z rests 5@101
        """,
    ),
    case(
        "a cancel leaves no dead best price",
        """
        S a 5@101
        S b 5@102
        cancel a
        best        -> - 102
        B x 5@101   -> x rests 5@101
        best        -> 101 102
        cancel b
        best        -> 101 -
        """,
    ),
    case(
        "a cancel removes its order and not the rest of the level",
        """
        S a 5@101
        S b 6@101
        S c 7@101
        cancel b
        depth S     -> 12@101
        count S     -> 2
        queue S     -> a c
        """,
    ),
    case(
        "a partial fill does not send the maker to the back",
        """
        S a 10@101
        S b 10@101
        B x 1@101   -> a1@101
        B y 1@101   -> a1@101
        queue S     -> a b
        """,
    ),
    case(
        "a filled order's id is gone: a later cancel is refused",
        """
        S a 5@101
        S b 5@101
        B x 5@101   -> a5@101
        cancel a    -> a refused (unknown order)
        queue S     -> b
        """,
    ),
    case(
        "a duplicate id leaves the queue whole",
        """
        S a 5@101
        S b 5@101
        S a 5@101   -> a refused (duplicate id)
        cancel a
        queue S     -> b
        B x 5@101   -> b5@101
        best        -> - -
        """,
    ),
    case(
        "no rest of an immediate-or-cancel order stays behind",
        """
        S a 5@101
        B x 8@101 IOC -> a5@101, x cancels 3 (ioc remainder)
        S y 3@101   -> y rests 3@101
        cancel x    -> x refused (unknown order)
        """,
    ),
    case(
        "a marketable limit does not walk past its limit",
        """
        S a 5@101
        S b 5@103
        B x 10@102  -> a5@101, x rests 5@102
        best        -> 102 103
        """,
    ),
    case(
        "a fill-or-kill order may span makers and levels",
        """
        S a 1@101
        S b 1@102
        S c 1@103
        B x 3@103 FOK -> a1@101, b1@102, c1@103
        """,
    ),
    case(
        "arrival decides, not the clock and not the id",
        """
        at 9
        S c 1@101
        S b 1@101
        at 12
        S a 1@101
        B x 3@101   -> c1@101, b1@101, a1@101
        """,
    ),
    case(
        "a removal does not reorder the level",
        """
        S a 1@101
        S b 1@101
        S c 1@101
        S d 1@101
        cancel a
        queue S     -> b c d
        cancel c
        queue S     -> b d
        """,
    ),
    case(
        "a replace after the fill is refused",
        """
        S a 5@101
        B x 5@101   -> a5@101
        replace a 9@101 -> a refused (unknown order)
        """,
    ),
    case(
        "a replace does not rest crossed",
        """
        S a 5@101
        B b 5@99
        replace a 5@98 -> b5@99
        best        -> - -
        """,
    ),
    case(
        "a level counts its orders once",
        """
        S a 5@101
        S b 5@101
        B x 5@101   -> a5@101
        count S     -> 1
        cancel b
        count S     -> -
        S c 5@101
        count S     -> 1
        """,
    ),
    case(
        "nothing trades zero shares",
        """
        S a 5@101
        S b 5@101
        B x 5@101   -> a5@101
        B y 5@101   -> b5@101
        B z 5@101   -> z rests 5@101
        """,
    ),
    case(
        "no price stands for an empty side",
        """
        B b 5@1
        best        -> 1 -
        S a 5 MKT   -> b5@1
        best        -> - -
        S c 5@1     -> c rests 5@1
        """,
    ),
    case(
        "equal prices are one level however they are written",
        """
        S a 5@101
        S b 5@101.0
        S c 5@101.00
        depth S     -> 15@101
        """,
    ),
    case(
        "nothing keeps an empty level alive",
        """
        S a 3@101
        B x 1@101   -> a1@101
        B y 1@101   -> a1@101
        B z 1@101   -> a1@101
        depth S     -> -
        best        -> - -
        """,
    ),
    case(
        "asks are taken from the lowest",
        """
        S a 1@103
        S b 1@101
        S c 1@102
        B x 3@103   -> b1@101, c1@102, a1@103
        """,
    ),
    case(
        "a deep sweep has no depth of its own",
        "\n".join(f"S m{n} 1@{101 + n}" for n in range(2_000))
        + f"\nB x 2000@{101 + 2_000} -> {', '.join(f'm{n}1@{101 + n}' for n in range(2_000))}",
        mirror=3_000,
    ),
)
