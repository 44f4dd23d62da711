"""The displayed book that a venue's messages tell of, row by row.

Rules
    An order stands at the price of its last granted request with what its last outbound row displays (`DisplayQty`).
    A trade takes effect on both its orders with the first of its two rows. What an aggressive limit order or replace
    leaves is posted with its last aggressive fill; of an IOC, a FOK and a market order nothing is.
    Orders for an auction, pegs and stops are in no displayed book.

Corrections (optional)
    For a record with lost messages: whatever contradicts a row that tells of a change is thrown out. What stands at or
    through the price of an order that was posted; bids above and offers below a traded price; at a traded price, what
    is opposite to an order that was filled in part, and what is on the side of an aggressive one that was filled.
    In a complete record they are wrong in one case: an order that empties the other side and rests at a better price
    than its last fill is thrown out with it.

Cost
    O(log levels) a row.

Source of the corrections: Code and Data Appendix of Aquilina, Budish and O'Neill (version 1.1), section 10.2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sortedcontainers import SortedDict

from analysis.codes import BUY, SELL
from analysis.race_messages import RaceMessage

_Key = tuple[str, str]
"""Order and request."""


class RaceBook:
    """Best prices after the rows told so far."""

    def __init__(self, messages: Sequence[RaceMessage], corrected: bool = False) -> None:
        self._messages = messages
        self._corrected = corrected
        self._asked: dict[_Key, RaceMessage] = {}
        self._last_take: dict[_Key, int] = {}
        self._partners: defaultdict[str, list[int]] = defaultdict(list)
        for row, message in enumerate(messages):
            if message.inbound:
                self._asked[message.order, message.request] = message
            if message.initiator == "Aggressive":
                self._last_take[message.order, message.request] = row
            if message.trade:
                self._partners[message.trade].append(row)
        self._levels: dict[int, SortedDict] = {BUY: SortedDict(), SELL: SortedDict()}
        self._prices: dict[str, int] = {}
        """By order: its last granted price."""
        self._standing: dict[str, tuple[int, int, int]] = {}
        """By order: side, price, shares displayed."""

    def best(self, side: int) -> int | None:
        """The best displayed price of one side; None: it is empty."""
        levels = self._levels[side]
        if not levels:
            return None
        price: int = levels.peekitem(-1 if side == BUY else 0)[0]
        return price

    @property
    def mid(self) -> int:
        """Twice the mid; 0 while a side is empty."""
        bid, ask = self.best(BUY), self.best(SELL)
        return 0 if bid is None or ask is None else bid + ask

    def tell(self, row: int) -> None:
        """An outbound row."""
        trade = self._messages[row].trade
        rows = self._partners[trade] if trade else [row]
        if row != rows[0]:
            return
        for each in rows:
            self._apply(each)
        if self._corrected and self._messages[row].regular:
            for each in rows:
                self._correct(each)

    def _apply(self, row: int) -> None:
        message = self._messages[row]
        key = message.order, message.request
        asked = self._asked.get(key)
        if message.exec_type == "Order_Executed":
            if message.initiator != "Aggressive":
                self._shrink(message)
            elif row == self._last_take[key] and asked is not None:
                self._post(asked, message)
        elif message.exec_type in ("Order_Cancelled", "Order_Expired"):
            self._remove(message.order)
        elif message.exec_type in ("Order_Accepted", "Order_Replaced") and asked is not None:
            self._remove(message.order)
            if key not in self._last_take:
                self._post(asked, message)

    def _post(self, asked: RaceMessage, message: RaceMessage) -> None:
        rests = asked.type == "Cancel_Replace_Request" or (
            asked.force == "GoodTill" and asked.order_type in ("Limit", "Passive_Only")
        )
        self._remove(message.order)
        if rests and asked.price > 0:
            self._prices[message.order] = asked.price
            self._stand(message)

    def _shrink(self, message: RaceMessage) -> None:
        self._remove(message.order)
        if message.order in self._prices:
            self._stand(message)

    def _stand(self, message: RaceMessage) -> None:
        if message.display_qty > 0 and message.leaves_qty > 0:
            price = self._prices[message.order]
            self._standing[message.order] = (message.side, price, message.display_qty)
            self._add(message.side, price, message.display_qty)

    def _remove(self, order: str) -> None:
        if order in self._standing:
            side, price, shown = self._standing.pop(order)
            self._add(side, price, -shown)

    def _add(self, side: int, price: int, shares: int) -> None:
        levels = self._levels[side]
        left = levels.get(price, 0) + shares
        if left:
            levels[price] = left
        else:
            del levels[price]

    # -- corrections ----------------------------------------------------------------------------

    def _correct(self, row: int) -> None:
        message = self._messages[row]
        key = message.order, message.request
        side, px = message.side, message.px
        if message.exec_type in ("Order_Accepted", "Order_Replaced"):
            if key not in self._last_take and message.order in self._prices:
                self._throw_out(-side, self._prices[message.order])
        elif message.exec_type == "Order_Executed" and self._ends_its_event(row, key):
            self._throw_out(BUY, px + 1)
            self._throw_out(SELL, px - 1)
            if message.status == "Partial_Fill":
                self._throw_out(-side, px)
            elif message.initiator == "Aggressive":
                self._throw_out(side, px)

    def _ends_its_event(self, row: int, key: _Key) -> bool:
        """A passive fill, or the last fill of a message whose rest did not expire with it."""
        message = self._messages[row]
        if message.initiator != "Aggressive":
            return message.initiator == "Passive"
        asked = self._asked.get(key)
        expires = asked is not None and asked.force in ("IOC", "FOK") and message.status == "Partial_Fill"
        return row == self._last_take[key] and not expires

    def _throw_out(self, side: int, limit: int) -> None:
        """Everything on one side that stands at this price or better."""
        for order, (its, price, _) in list(self._standing.items()) if self._reaches(side, limit) else []:
            if its == side and side * (price - limit) >= 0:
                self._remove(order)

    def _reaches(self, side: int, limit: int) -> bool:
        best = self.best(side)
        return best is not None and side * (best - limit) >= 0
