from __future__ import annotations

from venues.ladder import Ladder, SpecialOrder
from venues.messages import Side, Terms, TimeInForce

BUY, DAY = Side.BUY, TimeInForce.DAY


def ladder_of(*orders: tuple[int, int], side: Side = BUY) -> Ladder:
    """(price, shares) of plain orders with ids 1, 2, ..."""
    ladder = Ladder(side)
    for order_id, (price, qty) in enumerate(orders, start=1):
        ladder.add(order_id, 7, qty, 0, DAY, price * int(side))
    return ladder


def special(order_id: int, price: int, place: int, shown: int | None = None) -> SpecialOrder:
    order = SpecialOrder(order_id, 7, BUY, 10, 0, price, DAY, Terms(display_qty=shown))
    order.place = place
    return order


def ids(ladder: Ladder) -> list[int]:
    return [order.order_id for order in ladder.orders()]


def volumes(ladder: Ladder) -> list[tuple[int, int, int]]:
    levels = [ladder.levels[key] for key in reversed(ladder.keys)]
    return [(level.price, level.volume, level.count) for level in levels]


def test_a_ladder_holds_its_best_price_last_and_orders_first_in_first_out():
    assert ids(ladder_of((99, 1), (101, 2), (99, 3), (100, 4))) == [2, 4, 1, 3]
    assert ids(ladder_of((99, 1), (101, 2), (99, 3), (100, 4), side=Side.SELL)) == [1, 3, 4, 2]


def test_a_level_counts_what_it_shows_and_goes_with_its_last_order():
    ladder = ladder_of((99, 1), (99, 3), (98, 5))
    first, second, _ = ladder.orders()
    assert volumes(ladder) == [(99, 4, 2), (98, 5, 1)]
    ladder.unlink(first, 1)
    ladder.reduce(second, 2)
    assert volumes(ladder) == [(99, 2, 1), (98, 5, 1)]
    ladder.unlink(second, 2)
    assert (volumes(ladder), ladder.best_key, ladder.wall) == ([(98, 5, 1)], 98, -98)


def test_only_what_happens_at_the_best_price_moves_it():
    ladder = ladder_of((99, 1), (98, 5))
    ladder.moved = False
    ladder.add(9, 7, 5, 0, DAY, 98)
    assert not ladder.moved
    ladder.add(10, 7, 5, 0, DAY, 99)
    assert ladder.moved


def test_an_empty_side_is_worse_than_any_limit():
    ladder = ladder_of((99, 1))
    ladder.unlink(next(ladder.orders()), 1)
    assert ladder.best is None
    assert ladder.best_key < -(10**18)


def test_an_order_may_take_the_exact_place_of_another():
    ladder = ladder_of((99, 1), (99, 2), (99, 3))
    for place in (0, 1, 2):
        old = list(ladder.orders())[place]
        ladder.swap(old, special(10 + place, 99, place))
    assert ids(ladder) == [10, 11, 12]
    assert [order.order_id for order in reversed_queue(ladder)] == [12, 11, 10]


def reversed_queue(ladder: Ladder) -> list[object]:
    assert ladder.best is not None
    found, head = [], ladder.best.head
    order = head.previous
    while order is not head:
        found.append(order)
        order = order.previous
    return found


def test_an_order_may_go_in_before_those_that_came_later():
    ladder = Ladder(BUY)
    for order_id, place in ((1, 10), (2, 20), (3, 30)):
        ladder.link(special(order_id, 99, place), 99, 10)
    for order_id, place in ((4, 15), (5, 5), (6, 40)):
        ladder.link_by_place(special(order_id, 99, place), 99, 10)
    assert ids(ladder) == [5, 1, 4, 2, 3, 6]
    assert [order.order_id for order in reversed_queue(ladder)] == [6, 3, 2, 4, 1, 5]
    assert volumes(ladder) == [(99, 60, 6)]


def test_hidden_orders_come_behind_displayed_ones_of_their_price_by_place():
    ladder = ladder_of((99, 1), (98, 2))
    for order_id, price, place in ((5, 99, 8), (6, 100, 9), (7, 98, 3), (8, 99, 4)):
        ladder.hide(special(order_id, price, place, shown=0), price)
    assert ids(ladder) == [6, 1, 8, 5, 2, 7]
    ladder.unhide(ladder.hidden[1][2], 99)
    assert ids(ladder) == [6, 1, 5, 2, 7]


def test_an_iceberg_shows_its_peak_or_what_is_left():
    assert [special(1, 99, 1, shown=4).peak(leaves) for leaves in (10, 4, 3)] == [4, 4, 3]
    assert special(1, 99, 1, shown=None).peak(10) == 10
