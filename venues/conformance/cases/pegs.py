"""Pegged orders: cases 65 to 75."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import PegReference, PegTime, PegWithoutReference

CASES: Final[tuple[Case, ...]] = (
    case(
        "65 a midpoint order trades half a tick between and before the touch",
        """
        B b 10@100
        S s 10@103
        S m 10 mid      -> m rests 10@101.5
        best            -> 100 103
        B x 15@103      -> m10@101.5, s5@103
        """,
    ),
    case(
        "66 midpoint meets midpoint",
        """
        B b 10@100
        S s 10@103
        S m 10 mid      -> m rests 10@101.5
        B n 4 mid       -> m4@101.5
        find m          -> 6@101.5 shows 0
        """,
    ),
    case(
        "67 a peg is priced no better than its cap",
        """
        B b 10@100
        S s 10@104
        B m 10@101 mid  -> m rests 10@101
        S x 5@101       -> m5@101
        """,
    ),
    case(
        "68 a midpoint order without a two-sided quote is live and trades with nobody",
        """
        B b 10@100
        B m 5 mid       -> m rests 5@nothing
        S x 12@99       -> b10@100, x rests 2@99
        find m          -> 5@nothing shows 0
        cancel m        -> m cancels 5 (requested)
        """,
        peg_without_reference=PegWithoutReference.INACTIVE,
    ),
    case(
        "68 inactive pegs become active with the quote and meet at once",
        """
        B b 10@100
        B m 5 mid       -> m rests 5@nothing
        S n 5 mid       -> n rests 5@nothing
        S s 5@102       -> m pegs to 101, n pegs to 101, n5@101, s rests 5@102
        """,
        peg_without_reference=PegWithoutReference.INACTIVE,
    ),
    case(
        "68 a peg without a reference is refused",
        """
        B b 10@100
        B m 5 mid       -> m refused (no reference)
        B p 5 market    -> p refused (no reference)
        S q 5 primary   -> q refused (no reference)
        B r 5 primary   -> r rests 5@100
        """,
        peg_without_reference=PegWithoutReference.CANCEL,
    ),
    case(
        "70 hidden and pegged orders never move a reference",
        """
        B b 10@100
        S s 10@104
        B m 5@101 mid   -> m rests 5@101
        B k 5@101 hid
        S h 5@102 hid
        best            -> 100 104
        S n 1 mid       -> n rests 1@102
        """,
    ),
    case(
        "70 a trade between midpoints leaves the reference as it was",
        """
        B b 10@100
        S s 10@104
        B m 5 mid       -> m rests 5@102
        S n 5 mid       -> m5@102
        S o 5 mid       -> o rests 5@102
        """,
    ),
    case(
        "71 a primary peg follows its side's best",
        """
        B b 10@100
        B p 5 primary   -> p rests 5@100
        B c 10@101      -> p pegs to 101, c rests 10@101
        S x 12@100      -> c10@101, p2@101, p pegs to 100
        """,
    ),
    case(
        "71 a peg that follows gets a new place in time",
        """
        B b 10@100
        B p 5 primary
        B h 5@101 hid
        B c 10@101      -> p pegs to 101, c rests 10@101
        S x 17@101      -> c10@101, h5@101, p2@101, p pegs to 100
        """,
        peg_time=PegTime.NEW,
    ),
    case(
        "71 a peg that follows keeps its place in time",
        """
        B b 10@100
        B p 5 primary
        B h 5@101 hid
        B c 10@101      -> p pegs to 101, c rests 10@101
        S x 17@101      -> c10@101, p5@101, h2@101
        """,
        peg_time=PegTime.KEPT,
    ),
    case(
        "72 a peg follows down, and is inactive when nothing is left to follow",
        """
        B b 10@100
        B c 10@101
        B p 5 primary   -> p rests 5@101
        cancel c        -> c cancels 10 (requested), p pegs to 100
        cancel b        -> b cancels 10 (requested), p pegs to nothing
        S x 5@90        -> x rests 5@90
        cancel x
        B d 5@99        -> p pegs to 99, d rests 5@99
        """,
        peg_without_reference=PegWithoutReference.INACTIVE,
    ),
    case(
        "72 a peg is cancelled when nothing is left to follow",
        """
        B b 10@100
        B p 5 primary   -> p rests 5@100
        cancel b        -> b cancels 10 (requested), p cancels 5 (no reference)
        """,
        peg_without_reference=PegWithoutReference.CANCEL,
    ),
    case(
        "72 a peg that takes the last of what it follows is inactive at once",
        """
        B p 5 market    -> p rests 5@nothing
        cancel p
        S s 3@103
        B q 8 market    -> s3@103, q pegs to nothing, q rests 5@nothing
        """,
        peg_without_reference=PegWithoutReference.INACTIVE,
    ),
    case(
        "73 a peg rests at its cap while the reference is beyond and follows again below it",
        """
        B b 10@100
        B p 5@101 primary -> p rests 5@100
        B c 10@102      -> p pegs to 101, c rests 10@102
        B d 10@103
        cancel d
        cancel c        -> c cancels 10 (requested), p pegs to 100
        """,
    ),
    case(
        "73 a replace moves the cap",
        """
        B b 10@102
        B p 5@101 primary -> p rests 5@101
        replace p 5@105 -> p rests 5@102
        replace p 5 mid -> p refused (bad terms)
        """,
    ),
    case(
        "74 an offset counts towards the market",
        """
        B b 10@100
        S s 10@105
        B p 5 primary+1 -> p rests 5@101
        B q 5 primary-1 -> q rests 5@99
        B r 5 mid-0.5   -> r rests 5@102
        B t 5 market-1  -> t rests 5@104
        S x 20@99       -> t5@104, r5@102, p5@101, b5@100
        """,
    ),
    case(
        "74 a market peg meets the other side at once",
        """
        B b 10@100
        S s 10@103
        B p 4 market    -> s4@103
        """,
    ),
    case(
        "74 a primary peg is rounded to the tick, away from the market",
        """
        B b 10@100
        S s 10@105
        B p 5 primary+0.5 -> p rests 5@100
        B q 5 primary-0.5 -> q rests 5@99
        """,
    ),
    case(
        "75 pegs are repriced once, in the order of their priority",
        """
        B b 10@100
        B p 5 primary   -> p rests 5@100
        B q 5 primary-1 -> q rests 5@99
        B r 5 primary   -> r rests 5@100
        B c 1@101       -> p pegs to 101, r pegs to 101, q pegs to 100, c rests 1@101
        S x 8@101       -> c1@101, p5@101, r2@101, r pegs to 100, q pegs to 99
        """,
    ),
    case(
        "75 a peg whose price stays as it is keeps its place",
        """
        B b 10@100
        B p 5 primary
        B h 5@100 hid
        B d 10@100
        B e 1@95
        cancel b
        S x 12@100      -> d10@100, p2@100, p pegs to 95
        """,
    ),
    case(
        "75 pegs follow the national best",
        """
        B b 10@99
        S s 10@105
        B m 5 mid       -> m rests 5@nothing
        B p 5 primary   -> p rests 5@nothing
        reference 100 102 -> m pegs to 101, p pegs to 100
        reference 100 104 -> m pegs to 102
        reference 101 0 -> m pegs to nothing, p pegs to 101
        reference 0 0   -> p pegs to nothing
        """,
        peg_reference=PegReference.NATIONAL,
    ),
    case(
        "75 the midpoint of a crossed reference is none, of a locked one its price",
        """
        reference 103 102
        B m 5 mid       -> m rests 5@nothing
        reference 102 102 -> m pegs to 102
        reference 102 104 -> m pegs to 103
        """,
        peg_reference=PegReference.NATIONAL,
    ),
    case(
        "75 pegs follow this book whatever the national best",
        """
        B b 10@100
        S s 10@104
        reference 101 102
        B m 5 mid       -> m rests 5@102
        reference 99 110
        find m          -> 5@102 shows 0
        """,
        peg_reference=PegReference.VENUE,
    ),
)
