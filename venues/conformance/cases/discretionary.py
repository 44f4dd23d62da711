"""Discretionary pegs and the crumbling quote: cases 118 to 127, of IEX's rule 11.190(b)(10) and (g).

A tick stands for a cent: 1010 x 1014 is IEX's own example, $10.10 x $10.14, a buy order with a limit of $10.13.
"""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import (
    DiscretionaryRest,
    FokCounts,
    MinQtyMode,
    PegReference,
    PegTime,
    PegWithoutReference,
    PostOnlyMeetsHidden,
    SelfTrade,
)

NATIONAL: Final = PegReference.NATIONAL
MIRROR: Final = 2024
"""Around the midpoint of the example, 1012."""

CASES: Final[tuple[Case, ...]] = (
    case(
        "118 a discretionary peg rests one tick outside its own side's best and trades there",
        """
        reference 1010 1014
        B d 9@1013 dpeg -> d rests 9@1009
        best            -> - -
        S s 5@1009 IOC  -> d5@1009
        find d          -> 4@1009 shows 0
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        discretionary_rest=DiscretionaryRest.OUTSIDE,
    ),
    case(
        "119 it goes up to the midpoint to meet a limit, by no more than needed",
        """
        reference 1010 1014
        B d 20@1013 dpeg
        S a 5@1010      -> d5@1010
        S b 5@1011      -> d5@1011
        S c 5 mid       -> d5@1012
        S e 1@1013      -> e rests 1@1013
        S f 9@1008 IOC  -> d5@1009, f cancels 4 (ioc remainder)
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "120 while the quote of its side crumbles it stays where it is",
        """
        reference 1010 1014
        B d 20@1013 dpeg
        crumbling bid   -> -
        S a 5@1010 IOC  -> a cancels 5 (ioc remainder)
        S b 5@1011 IOC  -> b cancels 5 (ioc remainder)
        S c 5 mid       -> c rests 5@1012
        cancel c
        S e 5@1009 IOC  -> d5@1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "120 a crumbling quote of the other side leaves it alone",
        """
        reference 1010 1014
        B d 20@1013 dpeg
        crumbling ask   -> -
        S b 5@1011      -> d5@1011
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "121 who waited within its reach is met when the quote is stable again",
        """
        reference 1010 1014
        B d 20@1013 dpeg
        crumbling bid
        S h 5@1011 hid  -> h rests 5@1011
        S c 5 mid       -> c rests 5@1012
        crumbling none  -> h5@1011, c5@1012
        find d          -> 10@1009 shows 0
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "121 who waited is met when the midpoint comes to it",
        """
        reference 1010 1014
        B d 20 dpeg     -> d rests 20@1009
        S h 5@1013 hid  -> h rests 5@1013
        reference 1010 1016 -> h5@1013
        find d          -> 15@1009 shows 0
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "122 on arrival it takes up to the midpoint, whatever the signal",
        """
        reference 1010 1014
        S h 5@1011 hid
        S m 5 mid       -> m rests 5@1012
        S k 5@1013 hid
        crumbling bid
        B d 20@1013 dpeg -> h5@1011, m5@1012, d rests 10@1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "122 two discretionary pegs meet at the midpoint",
        """
        reference 1010 1014
        B d 20 dpeg     -> d rests 20@1009
        S e 8 dpeg      -> d8@1012
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "123 beyond its own price it comes after all who stand at that price, in the order of time",
        """
        reference 1010 1014
        B d 5@1013 dpeg
        B e 5 dpeg
        B h 5@1011 hid
        B v 5@1010
        S a 8@1011      -> h5@1011, d3@1011
        S b 10@1010     -> v5@1010, d2@1010, e3@1010
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "123 at the price it rests at it stands in the queue like any hidden order",
        """
        reference 1010 1014
        B h 5@1009 hid
        B d 5 dpeg
        B v 5@1009
        S a 15@1009     -> v5@1009, h5@1009, d5@1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "124 its limit bounds where it rests and how far it goes",
        """
        reference 1010 1014
        B d 10@1011 dpeg -> d rests 10@1009
        B e 10@1005 dpeg -> e rests 10@1005
        S a 1 mid       -> a rests 1@1012
        S b 4@1011      -> d4@1011
        S c 9@1005      -> d6@1009, e3@1005
        S f 1@1006      -> f rests 1@1006
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "124 a market order has no limit to be met: it trades where the peg rests",
        """
        reference 1010 1014
        B d 10 dpeg
        S a 4 MKT       -> d4@1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "125 in a locked market it rests one tick outside and goes to the locking price",
        """
        reference 1012 1012
        B d 10 dpeg     -> d rests 10@1011
        S a 4@1012      -> d4@1012
        S b 1@1013      -> b rests 1@1013
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "125 in a crossed market it rests one tick outside the crossing price and goes nowhere",
        """
        reference 1014 1010
        B d 10 dpeg     -> d rests 10@1009
        S a 4@1010 IOC  -> a cancels 4 (ioc remainder)
        S b 4@1009      -> d4@1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
    case(
        "126 with one side alone there is no midpoint to go to, without its own no price",
        """
        reference 1010 0
        B d 10 dpeg     -> d rests 10@1009
        S a 4@1010 IOC  -> a cancels 4 (ioc remainder)
        reference 0 1014 -> d pegs to nothing
        S b 4@1005 IOC  -> b cancels 4 (ioc remainder)
        reference 1010 1014 -> d pegs to 1009
        S c 4@1010      -> d4@1010
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        peg_without_reference=PegWithoutReference.INACTIVE,
    ),
    case(
        "126 a discretionary peg without a reference is refused",
        """
        reference 0 1014
        B d 10 dpeg     -> d refused (no reference)
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        peg_without_reference=PegWithoutReference.CANCEL,
    ),
    case(
        "126 it follows the quote of its side, and only then loses its place",
        """
        reference 1010 1014
        B d 5 dpeg
        B h 5@1009 hid
        reference 1010 1016
        S a 6@1009      -> d5@1009, h1@1009
        B e 5 dpeg
        B k 5@1008 hid
        reference 1009 1016 -> e pegs to 1008
        S b 6@1008      -> h4@1009, k2@1008
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        peg_time=PegTime.NEW,
    ),
    case(
        "126 it follows this book where pegs do",
        """
        B v 5@1010
        S w 5@1014
        B d 5 dpeg      -> d rests 5@1009
        S a 7@1012      -> d5@1012, a rests 2@1012
        """,
        mirror=MIRROR,
        peg_reference=PegReference.VENUE,
    ),
    case(
        "127 the older rule: it rests at the quote, and outside only of a locked or crossed one",
        """
        reference 1010 1014
        B d 20@1013 dpeg -> d rests 20@1010
        S a 5@1009      -> d5@1010
        S b 5@1011      -> d5@1011
        crumbling bid
        S c 5@1011 IOC  -> c cancels 5 (ioc remainder)
        S e 5@1009      -> d5@1010
        reference 1012 1012 -> d pegs to 1011
        reference 1014 1010 -> d pegs to 1009
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        discretionary_rest=DiscretionaryRest.AT_QUOTE,
    ),
    case(
        "127 what it would go to counts for fill-or-kill",
        """
        reference 1010 1014
        B d 10 dpeg
        S a 12@1011 FOK -> a cancels 12 (fok not fillable)
        S b 10@1011 FOK -> d10@1011
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        fok_counts=FokCounts.ALL,
    ),
    case(
        "127 its minimum holds where it goes too, and who is passed over shields nobody",
        """
        reference 1010 1014
        B d 10 dpeg min=8
        B e 10 dpeg
        S a 5@1011      -> e5@1011
        S b 12@1011     -> d10@1011, e2@1011
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        min_qty=MinQtyMode.AGGREGATE,
    ),
    case(
        "127 a post-only order that it would meet would take",
        """
        reference 1010 1014
        B d 10 dpeg
        S a 5@1011 post -> a refused (post only)
        crumbling bid
        S b 5@1011 post -> b rests 5@1011
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        post_only_meets_hidden=PostOnlyMeetsHidden.REJECT,
    ),
    case(
        "127 it does not go to meet its owner where own orders are passed over",
        """
        reference 1010 1014
        B d 10 dpeg [X]
        B e 10 dpeg [Y]
        S a 5@1011 [X]  -> e5@1011
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
        self_trade=SelfTrade.SKIP,
    ),
    case(
        "127 it takes no offset, and neither rests shown nor ends at once",
        """
        reference 1010 1014
        B a 5 dpeg+1    -> a refused (bad terms)
        B b 5 dpeg d=2  -> b refused (bad terms)
        B c 5 dpeg IOC  -> c refused (bad terms)
        """,
        mirror=MIRROR,
        peg_reference=NATIONAL,
    ),
)
