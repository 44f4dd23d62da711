"""Post-only orders: cases 76 to 79."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import PostOnly, PostOnlyMeetsHidden

CASES: Final[tuple[Case, ...]] = (
    case(
        "76 a post-only order that would take is refused",
        """
        S a 5@101
        B p 5@101 post  -> p refused (post only)
        depth S         -> 5@101
        B p 5@100 post  -> p rests 5@100
        S x 5@100       -> p5@100
        """,
        post_only=PostOnly.REJECT,
    ),
    case(
        "76 a post-only order that is moved is checked again",
        """
        S a 5@101
        B p 5@99 post   -> p rests 5@99
        replace p 5@101 -> p refused (post only)
        find p          -> 5@99 shows 5
        replace p 5@100 -> p rests 5@100
        """,
        post_only=PostOnly.REJECT,
    ),
    case(
        "77 a post-only order slides to one tick from the touch",
        """
        S a 5@101
        B p 5@103 post  -> p at 100 (slid), p rests 5@100
        best            -> 100 101
        B q 5@99 post   -> q rests 5@99
        """,
        post_only=PostOnly.SLIDE,
    ),
    case(
        "77 a post-only order that is moved slides as well",
        """
        S a 5@101
        B p 5@99 post   -> p rests 5@99
        replace p 5@102 -> p at 100 (slid), p rests 5@100
        """,
        post_only=PostOnly.SLIDE,
    ),
    case(
        "77 a slid order may meet hidden orders still",
        """
        S h 3@100 hid
        S a 5@101
        B p 5@103 post  -> p at 100 (slid), h3@100, p rests 2@100
        """,
        post_only=PostOnly.SLIDE,
        post_only_meets_hidden=PostOnlyMeetsHidden.EXECUTE,
    ),
    case(
        "78 a post-only order that meets a hidden one is refused, which tells of it",
        """
        S h 5@101 hid
        B p 5@101 post  -> p refused (post only)
        B q 5@100 post  -> q rests 5@100
        """,
        post_only_meets_hidden=PostOnlyMeetsHidden.REJECT,
    ),
    case(
        "78 a post-only order rests against a hidden one",
        """
        S h 5@101 hid
        B p 5@101 post  -> p rests 5@101
        find h          -> 5@101 shows 0
        best            -> 101 -
        S x 5@101       -> p5@101
        """,
        post_only_meets_hidden=PostOnlyMeetsHidden.LOCK,
    ),
    case(
        "78 a post-only order trades with hidden ones and rests with what is left",
        """
        S h 5@101 hid
        B p 8@101 post  -> h5@101, p rests 3@101
        """,
        post_only_meets_hidden=PostOnlyMeetsHidden.EXECUTE,
    ),
    case(
        "78 a displayed order behind a hidden one still refuses a post-only order",
        """
        S h 5@100 hid
        S a 5@101
        B p 8@101 post  -> p refused (post only)
        find h          -> 5@100 shows 0
        """,
        post_only_meets_hidden=PostOnlyMeetsHidden.EXECUTE,
    ),
    case(
        "78 in a call a post-only order rests like any other",
        """
        state opening_auction
        S a 5@101
        B p 5@102 post  -> p rests 5@102
        indicative      -> 5@102
        state continuous -> p/a 5@102, continuous 5@102
        """,
        reference_px=150_00,
    ),
    case(
        "79 a post-only stop that would take when it fires is cancelled",
        """
        S a 5@103
        S b 1@102
        B p 5@103 stop=102 post -> p waits 5
        B x 1@102       -> b1@102, p fires, p cancels 5 (post only)
        depth S         -> 5@103
        """,
        post_only=PostOnly.REJECT,
    ),
    case(
        "79 a post-only stop that would not take when it fires rests",
        """
        S a 5@103
        S b 1@102
        B p 5@102 stop=102 post -> p waits 5
        B x 1@102       -> b1@102, p fires
        find p          -> 5@102 shows 5
        """,
        post_only=PostOnly.REJECT,
    ),
)
