"""The two books that recorded data can be held against, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from venues.messages import CancelOrder, ExecutionReport, NewOrder, ReplaceOrder
from venues.policies import PLAIN, Policies

FAST, OBVIOUS = "fast", "obvious"
BOOKS: Final = (FAST, OBVIOUS)


class AnyBook(Protocol):
    """What a reconciliation asks of a book; docs/matching.md says what it does."""

    def submit(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Answer a new order."""

    def cancel(self, message: CancelOrder, now: int) -> list[ExecutionReport]:
        """Answer a cancel."""

    def replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        """Answer a replace."""

    def find(self, order_id: int) -> Any:
        """The live order with this id; None: there is none."""


def new_book(name: str = FAST, tick: int = 1, policies: Policies = PLAIN) -> AnyBook:
    """An empty book.

    Raises:
        KeyError: there is no such book.
    """
    book: Callable[..., AnyBook] = _CLASSES[name]()
    return book(tick) if policies is PLAIN else book(tick, policies)


def _fast() -> Callable[..., AnyBook]:
    from venues.book import Book

    return Book


def _obvious() -> Callable[..., AnyBook]:
    from venues.obvious_book import ObviousBook

    return ObviousBook


_CLASSES: Final = {FAST: _fast, OBVIOUS: _obvious}
