"""Icebergs, hidden orders and minimum quantities: cases 47 to 64."""

from __future__ import annotations

from typing import Final

from venues.conformance.case import Case, case
from venues.policies import IcebergRefresh, MinQtyMode

CASES: Final[tuple[Case, ...]] = (
    case(
        "47 a refreshed iceberg goes behind the queue",
        """
        S i 30@101 d=10
        S b 10@101
        B x 25@101  -> i10@101, i refreshes, b10@101, i5@101
        find i      -> 15@101 shows 5
        """,
        iceberg_refresh=IcebergRefresh.AT_ONCE,
    ),
    case(
        "48 an iceberg is refreshed after the sweep",
        """
        S i 30@101 d=10
        S b 10@101
        B x 25@101  -> i10@101, b10@101, i5@101, i refreshes
        find i      -> 15@101 shows 10
        depth S     -> 10@101
        """,
        iceberg_refresh=IcebergRefresh.AFTER_SWEEP,
    ),
    case(
        "48 icebergs that a sweep has emptied are refreshed in the order of their places",
        """
        S i 30@101 d=10
        S j 30@101 d=10
        B x 20@101  -> i10@101, j10@101, i refreshes, j refreshes
        depth S     -> 20@101
        B y 25@101  -> i10@101, j10@101, i5@101, i refreshes, j refreshes
        queue S     -> i j
        """,
        iceberg_refresh=IcebergRefresh.AFTER_SWEEP,
    ),
    case(
        "48 a sweep takes the reserves of a level before the next level",
        """
        S i 15@101 d=10
        S b 10@102
        B x 20@102  -> i10@101, i5@101, b5@102
        best        -> - 102
        """,
        iceberg_refresh=IcebergRefresh.AFTER_SWEEP,
    ),
    case(
        "49 between two sweeps a refreshed iceberg has gone behind",
        """
        S i 30@101 d=10
        S b 10@101
        B x 10@101  -> i10@101, i refreshes
        queue S     -> b i
        B y 10@101  -> b10@101
        """,
        iceberg_refresh=IcebergRefresh.AT_ONCE,
    ),
    case(
        "49 a part of the shown peak refreshes nothing",
        """
        S i 30@101 d=10
        S b 10@101
        B x 4@101   -> i4@101
        find i      -> 26@101 shows 6
        B y 8@101   -> i6@101, i refreshes, b2@101
        """,
        iceberg_refresh=IcebergRefresh.AT_ONCE,
    ),
    case(
        "50 the last peak shows what is left",
        """
        S i 25@101 d=10
        B x 10@101  -> i10@101, i refreshes
        find i      -> 15@101 shows 10
        B y 10@101  -> i10@101, i refreshes
        find i      -> 5@101 shows 5
        B z 9@101   -> i5@101, z rests 4@101
        find i      -> -
        """,
    ),
    case(
        "51 an iceberg that comes in trades with all of its quantity and shows a peak of the rest",
        """
        S a 12@101
        B i 30@101 d=5  -> a12@101, i rests 18@101
        find i          -> 18@101 shows 5
        best            -> 101 -
        depth B         -> 5@101
        """,
    ),
    case(
        "51 a peak larger than the order shows the order",
        """
        S i 5@101 d=10
        find i      -> 5@101 shows 5
        depth S     -> 5@101
        """,
    ),
    case(
        "51 a peak means nothing to an order that does not rest",
        """
        S a 12@101
        B x 15@101 IOC d=5 -> a12@101, x cancels 3 (ioc remainder)
        """,
    ),
    case(
        "52 an iceberg keeps its place for any change of its total",
        """
        S i 30@101 d=10
        S b 10@101
        replace i 50@101 d=10 -> i rests 50@101
        queue S         -> i b
        replace i 20@101 d=10 -> i rests 20@101
        queue S         -> i b
        B x 10@101      -> i10@101, i refreshes
        find i          -> 10@101 shows 10
        """,
    ),
    case(
        "52 a changed peak counts from the next refresh",
        """
        S i 40@101 d=10
        replace i 40@101 d=20 -> i rests 40@101
        find i          -> 40@101 shows 10
        B x 10@101      -> i10@101, i refreshes
        find i          -> 30@101 shows 20
        """,
    ),
    case(
        "52 an iceberg that is reduced shows no more than is left",
        """
        S i 40@101 d=10
        S b 10@101
        reduce i 20     -> i rests 20@101
        find i          -> 20@101 shows 10
        reduce i 14     -> i rests 6@101
        find i          -> 6@101 shows 6
        queue S         -> i b
        """,
    ),
    case(
        "52 an iceberg loses its place with its price",
        """
        S b 10@102
        S i 30@101 d=10
        replace i 30@102 d=10 -> i rests 30@102
        queue S         -> b i
        """,
    ),
    case(
        "52 a hidden order stays hidden and a shown one shown",
        """
        S h 5@101 hid
        S a 5@101
        replace h 5@101 d=2 -> h refused (bad terms)
        replace h 5@101 shown -> h refused (bad terms)
        replace a 5@101 hid -> a refused (bad terms)
        replace h 3@101 -> h rests 3@101
        find h          -> 3@101 shows 0
        """,
    ),
    case(
        "53 the depth is what is displayed, trades are whole",
        """
        S i 30@101 d=10
        S b 10@101
        S h 10@101 hid
        depth S     -> 20@101
        count S     -> 2
        B x 25@101  -> i10@101, i refreshes, b10@101, i5@101
        depth S     -> 5@101
        """,
    ),
    case(
        "54 displayed orders trade before hidden ones at one price",
        """
        S h 10@101 hid
        S d 10@101
        queue S     -> d h
        B x 15@101  -> d10@101, h5@101
        find h      -> 5@101 shows 0
        """,
    ),
    case(
        "55 a better price trades first, displayed or not",
        """
        S d 10@102
        S h 10@101 hid
        best        -> - 102
        B x 15@102  -> h10@101, d5@102
        """,
    ),
    case(
        "56 all peaks of an iceberg trade before a hidden order at its price",
        """
        S h 10@101 hid
        S i 20@101 d=10
        B x 25@101  -> i10@101, i refreshes, i10@101, h5@101
        """,
        iceberg_refresh=IcebergRefresh.AT_ONCE,
    ),
    case(
        "56 the reserve of an iceberg trades before a hidden order at its price",
        """
        S h 10@101 hid
        S i 30@101 d=10
        B x 35@101  -> i10@101, i20@101, h5@101
        """,
        iceberg_refresh=IcebergRefresh.AFTER_SWEEP,
    ),
    case(
        "57 a displayed order comes before the hidden orders of its side and makes the touch",
        """
        S h 10@101 hid
        best        -> - -
        depth S     -> -
        S d 10@101
        best        -> - 101
        B x 10@101  -> d10@101
        best        -> - -
        """,
    ),
    case(
        "58 a displayed order at the price of a hidden one trades with it",
        """
        S h 5@101 hid
        B x 8@101   -> h5@101, x rests 3@101
        best        -> 101 -
        """,
    ),
    case(
        "58 hidden orders trade among themselves in the order of their places",
        """
        S h 5@101 hid
        S k 5@101 hid
        B x 8@101 hid -> h5@101, k3@101
        best        -> - -
        """,
    ),
    case(
        "59 a minimum that nobody meets lets a displayed order rest at its price",
        """
        S h 50@101 hid min=20
        B x 10@101  -> x rests 10@101
        best        -> 101 -
        B y 25@101  -> h25@101
        find x      -> 10@101 shows 10
        find h      -> 25@101 shows 0
        """,
    ),
    case(
        "59 a resting minimum is never above what is left of its order",
        """
        S h 25@101 hid min=20
        B x 20@101  -> h20@101
        B y 5@101   -> h5@101
        """,
    ),
    case(
        "60 an incoming hidden order that misses its minimum rests",
        """
        S a 3@101
        B x 10@101 hid min=5 -> x rests 10@101
        find a      -> 3@101 shows 3
        S b 4@101   -> b rests 4@101
        S c 6@101   -> x6@101
        S d 4@101   -> x4@101
        depth S     -> 7@101
        """,
    ),
    case(
        "60 a fill-or-kill order with a minimum is filled or killed",
        """
        S a 3@101
        S b 7@101
        B x 10@101 FOK min=4 -> a3@101, b7@101
        """,
        min_qty=MinQtyMode.AGGREGATE,
    ),
    case(
        "61 a minimum counts all that would trade",
        """
        S a 3@101
        S b 4@101
        B x 10@101 IOC min=8 -> x cancels 10 (min qty not met)
        depth S     -> 7@101
        B y 10@101 IOC min=7 -> a3@101, b4@101, y cancels 3 (ioc remainder)
        """,
        min_qty=MinQtyMode.AGGREGATE,
    ),
    case(
        "62 a minimum counts each maker alone",
        """
        S a 3@101
        S b 6@101
        B x 10@101 IOC min=5 -> b6@101, x cancels 4 (ioc remainder)
        queue S     -> a
        """,
        min_qty=MinQtyMode.PER_INTERACTION,
    ),
    case(
        "62 a maker that is passed over keeps its place",
        """
        S a 3@101
        S b 6@101
        S c 6@101
        B x 6@101 IOC min=5 -> b6@101
        B y 4@101   -> a3@101, c1@101
        """,
        min_qty=MinQtyMode.PER_INTERACTION,
    ),
    case(
        "64 an order that is passed over for its minimum shields nobody behind it",
        """
        S h 50@101 hid min=20
        S k 4@101 hid
        S j 4@102 hid
        B x 10@102  -> k4@101, j4@102, x rests 2@102
        """,
    ),
    case(
        "64 a maker too small for a minimum shields nobody behind it, at any price",
        """
        S a 3@101
        S b 3@102
        S c 6@102
        B x 10@102 IOC min=5 -> c6@102, x cancels 4 (ioc remainder)
        queue S     -> a b
        """,
        min_qty=MinQtyMode.PER_INTERACTION,
    ),
)
