"""Limit-up/limit-down bands and the collars of market orders; of case 99 to 103."""

from __future__ import annotations

from typing import Any, Final

from venues.conformance.case import Case, case
from venues.policies import Band, BandReference, HaltOrders, MarketRemainder

FIXED: Final[dict[str, Any]] = {"band": Band(width=1000, reference=BandReference.FIXED), "reference_px": 150_00}
"""Ten per cent around 150: 135 to 165."""
QUICK: Final[dict[str, Any]] = FIXED | {
    "band": Band(width=1000, reference=BandReference.FIXED, limit_state=10, pause=20)
}
LAST: Final[dict[str, Any]] = FIXED | {"band": Band(width=1000, reference=BandReference.LAST)}
AVERAGE: Final[dict[str, Any]] = FIXED | {"band": Band(width=1000, reference=BandReference.AVERAGE)}

CASES: Final[tuple[Case, ...]] = (
    case(
        "101 a limit through the band is brought to it",
        """
        B x 5@170        -> x at 165 (price band), x rests 5@165
        B y 5@160
        replace y 5@180  -> y at 165 (price band), y rests 5@165
        S a 5@170        -> a rests 5@170
        best             -> 165 170
        """,
        **FIXED,
    ),
    case(
        "101 an immediate-or-cancel order keeps its limit and trades inside alone",
        """
        S a 5@165
        S b 5@166
        B x 12@170 IOC   -> a5@165, x cancels 7 (price band)
        B y 3@164 IOC    -> y cancels 3 (ioc remainder)
        B f 5@166 FOK    -> f cancels 5 (price band)
        depth S          -> 5@166
        """,
        **FIXED,
    ),
    case(
        "101 a market order trades inside the band alone",
        """
        S a 5@165
        S b 5@166
        B m 12 MKT       -> a5@165, m cancels 7 (price band)
        """,
        **FIXED,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "101 a stop-limit is brought to the band when it fires",
        """
        S a 1@160
        B t 5@180 stop=160 -> t waits 5
        B x 1@160        -> a1@160, t fires at 165 (price band)
        find t           -> 5@165 shows 5
        """,
        **FIXED,
    ),
    case(
        "101 without a reference there is no band before the first trade",
        """
        B x 5@170        -> x rests 5@170
        cancel x
        S a 1@150
        B b 1@150        -> a1@150
        B y 5@170        -> y at 165 (price band), y rests 5@165
        """,
        band=Band(width=1000, reference=BandReference.FIXED),
    ),
    case(
        "101 a fixed reference stays where it is",
        """
        S a 1@160
        B b 1@160        -> a1@160
        B x 5@180        -> x at 165 (price band), x rests 5@165
        """,
        **FIXED,
    ),
    *(
        case(
            f"101 the reference may be the last trade ({side})",
            f"""
            S a 1@{traded}
            B b 1@{traded}       -> a1@{traded}
            {side} x 5@{limit}   -> x at {bound} (price band), x rests 5@{bound}
            """,
            mirror=0,
            **LAST,
        )
        for side, traded, limit, bound in (("B", 160, 180, 176), ("S", 140, 100, 126))
    ),
    *(
        case(
            f"101 the reference may be the average when that is 1 % away ({side})",
            f"""
            S a 1@{first}
            B b 1@{first}        -> a1@{first}
            {side} x 5@{limit}   -> x at {before} (price band), x rests 5@{before}
            cancel x
            S c 1@{second}
            B d 1@{second}       -> c1@{second}
            {side} y 5@{limit}   -> y at {after} (price band), y rests 5@{after}
            """,
            mirror=0,
            **AVERAGE,
        )
        for side, first, second, limit, before, after in (
            ("B", 151, 152, 180, 165, 167),
            ("S", 149, 148, 100, 135, 134),
        )
    ),
    *(
        case(
            f"101 the average is of five minutes ({say})",
            f"""
            S a 1@149
            B b 1@149            -> a1@149
            at {later}
            S c 1@153
            B d 1@153            -> c1@153
            B x 5@180            -> x at {bound} (price band), x rests 5@{bound}
            """,
            mirror=0,
            **AVERAGE,
        )
        for say, later, bound in (("a trade as old counts", 300_000_000_000, 165), ("none older", 300_000_000_001, 168))
    ),
    case(
        "101 a limit state becomes an auction and then trading again",
        """
        at 3
        B x 5@165        -> x rests 5@165
        next             -> 14
        advance 13       -> -
        advance 14       -> volatility_auction
        S s 3@165        -> s rests 3@165
        next             -> 34
        advance 34       -> x/s 3@165, continuous 3@165 +2
        """,
        **QUICK,
    ),
    case(
        "101 a limit state that ends in time is forgotten",
        """
        B x 5@165        -> x rests 5@165
        next             -> 11
        cancel x
        next             -> -
        advance 50       -> -
        """,
        **QUICK,
    ),
    *(
        case(
            f"101 the auction's price is the reference afterwards ({side})",
            f"""
            {side} x 5@{touch}   -> x rests 5@{touch}
            advance 11           -> volatility_auction
            {other} s 5@{touch}
            advance 31           -> {pair} 5@{touch}, continuous 5@{touch}
            {side} y 5@{limit}   -> y at {bound} (price band), y rests 5@{bound}
            """,
            mirror=0,
            **QUICK,
        )
        for side, other, pair, touch, limit, bound in (
            ("B", "S", "x/s", 165, 190, 182),
            ("S", "B", "s/x", 135, 100, 122),
        )
    ),
    case(
        "101 a pause without a trade leaves the reference as it was",
        """
        B x 5@165
        advance 11       -> volatility_auction
        cancel x
        advance 31       -> continuous
        B y 5@190        -> y at 165 (price band), y rests 5@165
        """,
        **QUICK,
    ),
    case(
        "101 an order from a call is brought to the band when trading begins",
        """
        state halted
        B x 5@170        -> x rests 5@170
        state continuous -> continuous, x moves to 165
        """,
        **FIXED,
        halt_orders=HaltOrders.QUEUE,
    ),
    case(
        "102 a market order stops at the collar around the touch that it finds",
        """
        S a 5@150
        S b 5@153
        S c 5@154
        B m 15 MKT       -> a5@150, b5@153, m cancels 5 (price collar)
        best             -> - 154
        """,
        collar=200,
    ),
    case(
        "102 a collar is rounded towards the touch",
        """
        S a 1@149
        S b 1@152        # 149 + 2 % = 151.98
        B m 5 MKT        -> a1@149, m cancels 4 (price collar)
        """,
        mirror=0,
        collar=200,
    ),
    case(
        "102 the rest of a market order that a collar stopped never rests",
        """
        S a 5@150
        S c 5@154
        B m 15 MKT       -> a5@150, m cancels 10 (price collar)
        """,
        collar=200,
        market_remainder=MarketRemainder.REST,
    ),
    case(
        "102 a limit order knows no collar",
        """
        S a 5@150
        S c 5@154
        B x 10@160       -> a5@150, c5@154
        """,
        collar=200,
    ),
)
