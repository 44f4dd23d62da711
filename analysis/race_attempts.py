"""Attempts to take and to cancel, with what came of them: the step from messages to races.

Rules
    A race for the offers is run by those who try to buy them and those who try to cancel them; a race for the bids
    likewise. Prices are *signed*: those of bids are negative, so that a higher one is more aggressive in both.
    An attempt to take is a new order (limit, IOC, FOK, market) or a replace to a more aggressive price; its level is
    its limit, a market order's is the best opposite price then. An attempt to cancel is a cancel or a replace to a
    less aggressive price; its level is the price that the order had.
    Success of a cancel: accepted; failure: too late. Of a take: it traded at the race's price or a better one;
    failure: it rested, expired or traded at worse prices only (`outcome_at`). The rest is unknown.
    Not relevant: pegs, stops, post-only orders; market orders that traded nothing; orders and cancels refused for
    another reason; a limit order that expired; a replace to a more aggressive price that came too late, and one to a
    less aggressive price that traded; anything outside regular hours.
    The best price that an attempt meets is the displayed book's as the venue had told it before that message.

Two things are as in the authors' program, where the paper leaves them open: an order's price before a cancel is the
one last asked for, granted or not; and the latency of a message that nobody answered is that of the last one answered.

Does not model
    Lost or reordered messages, unless the book is a corrected one.

Cost
    About 5 us a message.

Source: Code and Data Appendix of Aquilina, Budish and O'Neill (version 1.1), sections 10.1 to 10.4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from analysis.codes import BUY
from analysis.race_book import RaceBook
from analysis.race_messages import RaceMessage

SUCCESS: Final = "success"
FAIL: Final = "fail"
UNKNOWN: Final = "unknown"

PRICELESS: Final = frozenset({"Market", "Stop", "Pegged"})
"""Orders whose cancels name no price level."""


class Attempt(NamedTuple):
    """One message that could belong to a race.

    ``row`` is its place among the messages; ``side`` that of the orders raced for (SELL: the offers); ``level`` and
    ``best`` are signed prices, ``best`` None while that side is empty; ``latency`` is ns from gateway to answer, None
    while nothing was answered; ``fills`` are (price, shares) taken at once; ``qty`` is the size sent, of a cancel what
    was open; ``mid`` twice the mid, 0 while a side is empty.
    """

    row: int
    at: int
    user: str
    firm: str
    side: int
    is_cancel: bool
    level: int
    outcome: str
    fills: tuple[tuple[int, int], ...]
    qty: int
    latency: int | None
    best: int | None
    mid: int
    is_ioc: bool
    is_replace: bool

    def outcome_at(self, price: int, strict_fail: bool = False) -> str:
        """What came of it in a race at this signed price; strict: only IOCs and cancels can fail.

        >>> from analysis.codes import SELL
        >>> buy = Attempt(0, 0, "a", "a", SELL, False, 101, FAIL, ((102, 10),), 10, 5, 101, 0, True, False)
        >>> buy.outcome_at(102), buy.outcome_at(101), buy.outcome_at(101, strict_fail=True)
        ('success', 'fail', 'unknown')
        """
        if self.is_cancel:
            return self.outcome
        if self.fills:
            if min(signed(self.side, px) for px, _ in self.fills) <= price:
                return SUCCESS
            return UNKNOWN if strict_fail else FAIL
        return UNKNOWN if strict_fail and not self.is_ioc else self.outcome

    def taken_at(self, price: int) -> int:
        """Shares that it took at this signed price."""
        return sum(qty for px, qty in self.fills if signed(self.side, px) == price)


def signed(side: int, price: int) -> int:
    """The price of an order raced for; larger is further from the touch: an offer's as it is, a bid's negative."""
    return -side * price


class Messages(NamedTuple):
    """A venue's messages made ready: attempts, and the mid (twice it, price units; 0: none) after each change."""

    attempts: list[Attempt]
    mid_at: list[int]
    mids: list[int]
    volume: list[tuple[int, int]]
    """(time, shares) of each trade in regular hours."""


def attempts_in(messages: Sequence[RaceMessage], corrected: bool = False) -> Messages:
    """Classify a venue's messages, in order of time.

    Args:
        corrected: the best prices are those of a book with corrections (`analysis.race_book`).
    """
    answers = _answers(messages)
    book = RaceBook(messages, corrected)
    asked: dict[str, int] = {}
    sizes: dict[str, int] = {}
    attempts: list[Attempt] = []
    changes: list[tuple[int, int]] = []
    volume: list[tuple[int, int]] = []
    latency: int | None = None
    for row, message in enumerate(messages):
        if not message.inbound:
            sizes[message.order] = max(message.leaves_qty, 0)
            book.tell(row)
            if not changes or changes[-1][1] != book.mid:
                changes.append((message.at, book.mid))
            if message.regular and _is_traded(message):
                volume.append((message.at, message.executed_qty))
            continue
        said = answers[row]
        if said:
            latency = said[0].at - message.at
        before = asked.get(message.order, -1)
        if message.type != "Cancel_Request":
            asked[message.order] = -1 if message.order_type in PRICELESS else message.price
        found = _attempt(message, said, before) if message.regular else None
        if found is None:
            continue
        is_cancel, level, outcome, fills = found
        side = message.side if is_cancel else -message.side
        best = book.best(side)
        if level < 0:  # a market order
            if best is None:
                continue
            level = best
        qty = sizes.get(message.order, 0) if is_cancel else message.qty
        attempts.append(
            Attempt(
                row=row,
                at=message.at,
                user=message.user,
                firm=message.firm,
                side=side,
                is_cancel=is_cancel,
                level=signed(side, level),
                outcome=outcome,
                fills=fills,
                qty=qty,
                latency=latency,
                best=None if best is None else signed(side, best),
                mid=book.mid,
                is_ioc=message.force == "IOC" and message.order_type == "Limit",
                is_replace=message.type == "Cancel_Replace_Request",
            )
        )
    return Messages(attempts, [at for at, _ in changes], [mid for _, mid in changes], volume)


def _is_traded(message: RaceMessage) -> bool:
    """One of a trade's two rows."""
    return message.initiator == "Aggressive" or (message.initiator == "Other" and message.side == BUY)


Found = tuple[bool, int, str, tuple[tuple[int, int], ...]]
"""(is a cancel, level or -1 for a market order, outcome, fills)."""


def _attempt(message: RaceMessage, said: Sequence[RaceMessage], before: int) -> Found | None:
    if message.type == "New_Order":
        return _new(message, said)
    if before < 0 or not message.side:
        return None
    if message.type == "Cancel_Request":
        outcome = _cancelled(said)
        return None if outcome is None else (True, before, outcome, ())
    gain = message.side * (message.price - before)
    if not gain or message.price < 0:
        return None
    return _repriced(message, said, before, gain > 0)


def _new(message: RaceMessage, said: Sequence[RaceMessage]) -> Found | None:
    if message.order_type not in ("Limit", "Market") or message.force == "GFA":
        return None
    fills = _taken(said)
    level = message.price if message.order_type == "Limit" else -1
    if fills:
        return False, level, UNKNOWN, fills
    ended = next((row.exec_type or row.type for row in said if row.exec_type != "Order_Executed"), "")
    if not ended:
        return False, level, UNKNOWN, ()
    is_market = message.order_type == "Market"
    fails = "Order_Accepted" if message.force == "GoodTill" else "Order_Expired"
    return (False, level, FAIL, ()) if ended == fails and not is_market else None


def _cancelled(said: Sequence[RaceMessage]) -> str | None:
    """None: refused, but not because it came too late."""
    for row in said:
        if row.exec_type == "Order_Cancelled":
            return SUCCESS
        if row.type == "Cancel_Reject":
            return FAIL if row.reject == "TLTC" else None
        if row.type == "Other_Reject":
            return None
    return UNKNOWN


def _repriced(message: RaceMessage, said: Sequence[RaceMessage], before: int, improves: bool) -> Found | None:
    level = message.price if improves else before
    first = next((row for row in said if row.exec_type == "Order_Replaced" or row.type != "Execution_Report"), None)
    if first is None:
        return not improves, level, UNKNOWN, ()
    if first.type != "Execution_Report":
        too_late = first.reject == "TLTC" and not improves
        return (True, level, FAIL, ()) if too_late else None
    fills = _taken(said)
    if improves:
        return False, level, UNKNOWN if fills else FAIL, fills
    return None if fills else (True, level, SUCCESS, ())


def _taken(said: Sequence[RaceMessage]) -> tuple[tuple[int, int], ...]:
    return tuple((row.px, row.executed_qty) for row in said if row.initiator == "Aggressive")


def _answers(messages: Sequence[RaceMessage]) -> dict[int, list[RaceMessage]]:
    """By the row of each request, what the venue said to it: later rows of the same participant, order and request."""
    asked: dict[tuple[str, str, str], int] = {}
    said: defaultdict[int, list[RaceMessage]] = defaultdict(list)
    for row, message in enumerate(messages):
        key = (message.user, message.order, message.request)
        if message.inbound:
            asked[key] = row
        elif key in asked and message.initiator not in ("Passive", "Other"):
            said[asked[key]].append(message)
    return said
