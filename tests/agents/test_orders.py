"""Parents and children are facts."""

from __future__ import annotations

import pytest

from agents.orders import ChildOrder, ParentOrder
from tests.agents.builders import BUY, IOC


def test_a_child_is_immediate_and_leaves_at_once_unless_it_says_otherwise():
    child = ChildOrder("NYSE", 300, 100_0100)
    assert (child.time_in_force, child.not_before) == (IOC, None)


@pytest.mark.parametrize(
    ("order", "field"),
    [(ChildOrder("NYSE", 300, None), "qty"), (ParentOrder(1, BUY, 300, None, 0, 1), "limit")],
)
def test_orders_never_change(order, field):
    with pytest.raises(AttributeError):
        setattr(order, field, 1)
