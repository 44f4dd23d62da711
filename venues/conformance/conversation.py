"""Speak to a book in the notation of the cases, and hold it to what it said.

Beside the commands of `venues.conformance.notation` a conversation knows::

    at 10                 the clock: what follows is said at 10 ns
    advance 11            the clock, and the book is told
    state halted          set_state;   reference 100 103   set_reference (0: none)
    crumbling bid         set_crumbling: bid, ask, both or none

and asks: ``depth S`` (shares@price of each displayed level), ``count S`` (orders a level), ``queue S`` (names in order
of priority), ``best`` (bid and ask), ``find i`` (``15@101 shows 5``), ``indicative`` (``1000@639 +500``), ``next``
(next_at). An empty answer is ``-``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from unittest import SkipTest

from venues.conformance.answers import Wording
from venues.conformance.frame import Frame
from venues.conformance.ledger import REFUSALS, Contradiction, Ledger
from venues.conformance.notation import Names, read
from venues.messages import BookState, ExecType, ExecutionReport, Reason, Side
from venues.policies import Policies

EVERY_LEVEL: Final = 1_000_000


class NotSupported(SkipTest):
    """The venue has no such thing: nothing to check, and nothing passed (to pytest: a skipped test)."""


class Answer(NamedTuple):
    """The words of an answer; ``as_said``: the command was taken and nothing else happened."""

    words: str
    as_said: bool


class Conversation:
    """``conversation(command)`` gives the answer.

    Args:
        book: what is spoken to; it needs ``handle(message, now)``, the rest as it is asked for.
        frame: which way round.
        policies: the book's.
    """

    def __init__(self, book: Any, frame: Frame, policies: Policies) -> None:
        self.book = book
        self.frame = frame
        self.now = 0
        self.log: list[ExecutionReport] = []
        """All reports so far."""
        self._names = Names()
        self._ledger = Ledger()
        self._wording = Wording(self._names, frame)
        self._matches = not policies.batch_interval
        """False while orders rest without matching: the book may be crossed then."""
        self._continuous = self._matches

    def __call__(self, command: str) -> Answer:
        """Say one command or ask one question.

        Raises:
            Contradiction: the reports do not add up.
            NotSupported: the book has no such call, or says that it has no such order.
        """
        verb, *words = command.split()
        if question := self._QUESTIONS.get(verb):
            return Answer(question(self, *words) or "-", as_said=False)
        if order := self._ORDERS.get(verb):
            return self._told("", order(self, *words))
        message = read(command, self._names, self.frame)
        reports = list(self._call("handle")(message, self.now))
        answer = self._told(words[0], reports, message)
        if not reports:
            raise Contradiction("no report: every message is answered")
        return answer

    def state_hash(self) -> object:
        """The book's, None when it has none."""
        return self.book.state_hash() if hasattr(self.book, "state_hash") else None

    def restore(self) -> None:
        """Go on with a book made from this one's snapshot, by way of JSON."""
        snapshot = json.loads(json.dumps(self._call("snapshot")()))
        self.book = self._call("restore")(snapshot)

    def audit(self) -> None:
        """Compare the book with what it has reported, its depth with its orders, its best with each other.

        Raises:
            Contradiction: they differ.
        """
        if not all(hasattr(self.book, call) for call in ("orders", "depth", "top")):
            return
        orders = list(self.book.orders())
        told = {number: (account.leaves_qty, account.cum_qty) for number, account in self._ledger.accounts.items()}
        held = {order.order_id: (order.leaves_qty, order.cum_qty) for order in orders}
        if told != held:
            raise Contradiction(f"live by the reports, id: (leaves, cum) = {told}; in the book {held}")
        for side in Side:
            self._audit_depth(side, [order for order in orders if order.side == side])
        bid, bid_qty, ask, ask_qty = self.book.top()
        if self._continuous and bid_qty and ask_qty and bid >= ask:
            raise Contradiction(f"displayed orders lock or cross: bid {bid}, ask {ask}")

    def _audit_depth(self, side: Side, orders: list[Any]) -> None:
        volumes: Counter[int] = Counter()
        for order in orders:
            if order.shown_qty and order.price is not None:
                volumes[order.price] += order.shown_qty
        levels = self.book.depth(side, EVERY_LEVEL)
        if [(price, volume) for price, volume, *_ in levels] != sorted(volumes.items(), reverse=side is Side.BUY):
            raise Contradiction(f"depth of {side.name} {levels}; the orders there show {dict(volumes)}")

    # -- what is told ---------------------------------------------------------------------------

    def _told(self, name: str, reports: list[ExecutionReport], message: object = None) -> Answer:
        """Take in what a command was answered with; ``name`` is the order that it spoke of, if any."""
        self.log += reports
        if any(report.reason is Reason.NOT_SUPPORTED for report in reports):
            raise NotSupported("the venue answers NOT_SUPPORTED")
        for report in reports:
            _hold(report.at <= self.now, f"nothing is told before it happens; it is {self.now}", report)
            if report.exec_type is ExecType.STATE:
                self._continuous = self._matches and report.reason is Reason.STATE_CONTINUOUS
        self._ledger.enter(reports, message)
        words = self._wording.of(reports, name)
        order_id = self._names.number(name) if name else 0
        as_said = all(_acknowledges(report, order_id) for report in reports)
        if name and not (reports and reports[-1].exec_type in REFUSALS):
            words += self._rest(name)
        return Answer(", ".join(words) or "-", as_said)

    def _rest(self, name: str) -> list[str]:
        """What is left of the order that was spoken of."""
        account = self._ledger.accounts.get(self._names.number(name))
        if account is None:
            return []
        if account.waits:
            return [f"{name} waits {account.leaves_qty}"]
        held = self._held(name) or account
        return [f"{name} rests {held.leaves_qty}@{self._price(name, held.price)}"]

    def _held(self, name: str) -> Any:
        """The live order of a name as the book holds it, None when it holds none (or cannot be asked)."""
        return self.book.find(self._names.number(name)) if hasattr(self.book, "find") else None

    def _price(self, name: str, price: int | None) -> str:
        account = self._ledger.accounts.get(self._names.number(name))
        pegged = account is not None and account.pegged
        return "MKT" if price is None and not pegged else self.frame.ticks(price)

    # -- what is ordered ------------------------------------------------------------------------

    def _set_clock(self, now: str) -> list[ExecutionReport]:
        self.now = int(now)
        return []

    def _advance(self, now: str) -> list[ExecutionReport]:
        self.now = int(now)
        return self._reports("advance", self.now)

    def _set_state(self, state: str) -> list[ExecutionReport]:
        return self._reports("set_state", BookState[state.upper()], self.now)

    def _set_reference(self, bid: str, ask: str) -> list[ExecutionReport]:
        prices = [0 if price == "0" else self.frame.price(price) for price in (bid, ask)]
        return self._reports("set_reference", *(prices[::-1] if self.frame.mirror else prices), self.now)

    def _set_crumbling(self, which: str) -> list[ExecutionReport]:
        sides = [which in ("bid", "both"), which in ("ask", "both")]
        return self._reports("set_crumbling", *(sides[::-1] if self.frame.mirror else sides), self.now)

    def _reports(self, call: str, *arguments: Any) -> list[ExecutionReport]:
        return list(self._call(call)(*arguments))

    # -- what is asked --------------------------------------------------------------------------

    def _depth(self, side: str) -> str:
        levels = self._call("depth")(self.frame.side(side), EVERY_LEVEL)
        return " ".join(f"{volume}@{self.frame.ticks(price)}" for price, volume, *_ in levels)

    def _count(self, side: str) -> str:
        return " ".join(str(count) for _, _, count in self._call("depth")(self.frame.side(side), EVERY_LEVEL))

    def _queue(self, side: str) -> str:
        orders = self._call("orders")()
        return " ".join(self._names.name(order.order_id) for order in orders if order.side == self.frame.side(side))

    def _best(self) -> str:
        bid, bid_qty, ask, ask_qty = self._call("top")()
        seen = [self.frame.ticks(bid) if bid_qty else "-", self.frame.ticks(ask) if ask_qty else "-"]
        return " ".join(seen[::-1] if self.frame.mirror else seen)

    def _find(self, name: str) -> str:
        order = self._call("find")(self._names.number(name))
        return "" if order is None else f"{order.leaves_qty}@{self._price(name, order.price)} shows {order.shown_qty}"

    def _indicative(self) -> str:
        price, volume, surplus = self._call("indicative")()
        if not volume:
            return ""
        return f"{volume}@{self.frame.ticks(price)} {self.frame.surplus(surplus):+d}".removesuffix(" +0")

    def _next(self) -> str:
        due = self._call("next_at")()
        return "" if due is None else str(due)

    def _call(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] | None = getattr(self.book, name, None)
        if call is None:
            raise NotSupported(f"the book has no {name}()")
        return call

    _ORDERS: Final[Mapping[str, Callable[..., list[ExecutionReport]]]] = {
        "at": _set_clock,
        "advance": _advance,
        "state": _set_state,
        "reference": _set_reference,
        "crumbling": _set_crumbling,
    }
    _QUESTIONS: Final[Mapping[str, Callable[..., str]]] = {
        "depth": _depth,
        "count": _count,
        "queue": _queue,
        "best": _best,
        "find": _find,
        "indicative": _indicative,
        "next": _next,
    }


def _acknowledges(report: ExecutionReport, order_id: int) -> bool:
    """Whether a report says no more than that the command was taken."""
    if report.exec_type is ExecType.STATE:
        return not report.last_qty
    if report.exec_type is ExecType.CANCELED:
        return report.order_id == order_id and report.reason is Reason.REQUESTED
    return report.exec_type in (ExecType.NEW, ExecType.REPLACED) and not report.reason


def _hold(holds: bool, what: str, report: ExecutionReport) -> None:
    if not holds:
        raise Contradiction(f"{what}; told was {report}")
