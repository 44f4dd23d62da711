"""What a desk holds and has open, by symbol: the state that limits on position, money and credit are held against.

An open order is counted as filled on its own side and as not filled on the other: the worst case of both. It counts
from the moment it was let go until its venue has said that it is done; a replace counts at the larger of its sizes
until it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from venues.messages import MICROS_PER_UNIT, ExecType, ExecutionReport


class Holding:
    """One symbol: shares held, shares and money (price units x shares) in open orders."""

    __slots__ = ("buy_cost", "mid", "open_buy", "open_sell", "position")

    def __init__(self) -> None:
        self.position = 0
        self.open_buy = 0
        self.open_sell = 0
        self.buy_cost = 0
        """What the open buy orders cost at their limits."""
        self.mid = 0
        """Price units; the last one known."""

    def worst(self, side: int, adds: int) -> tuple[int, int]:
        """(largest position in shares now, the same with ``adds`` more shares of that side open)."""
        longest, shortest = self.position + self.open_buy, self.position - self.open_sell
        now = max(longest, -shortest, 0)
        return now, max(now, longest + adds) if side > 0 else max(now, adds - shortest)


class _Open:
    """An open order."""

    __slots__ = ("asked", "cum_qty", "holding", "qty", "side", "worth")

    def __init__(self, holding: Holding, side: int, qty: int, worth: int) -> None:
        self.holding = holding
        self.side = side
        self.qty = qty
        self.cum_qty = 0
        self.worth = worth
        self.asked: Sequence[tuple[int, int, int]] = ()
        """(shares added, price asked for, price before) of replaces under way, oldest first."""


class Account:
    """A desk's holdings and open orders."""

    def __init__(self) -> None:
        self.holdings: dict[str, Holding] = {}
        self.paid = 0
        """Money paid less money received, fees included; millionths of a dollar."""
        self.best = (0, 0)
        """Best bid and offer when an order was last asked about; 0 for an empty side."""
        self._open: dict[int, _Open] = {}

    def holding(self, symbol: str) -> Holding:
        """Of a symbol; made when it is first asked for."""
        found = self.holdings.get(symbol)
        if found is None:
            found = self.holdings[symbol] = Holding()
        return found

    @property
    def credit_used(self) -> int:
        """Money, price units x shares: paid out, and what the open buy orders would pay at their limits."""
        used = -(-self.paid // MICROS_PER_UNIT)
        for holding in self.holdings.values():
            used += holding.buy_cost
        return used

    @property
    def loss(self) -> int:
        """Money lost at the last known mids, price units x shares; negative: a profit."""
        lost = -(-self.paid // MICROS_PER_UNIT)
        for holding in self.holdings.values():  # a loop: it is asked for with every order
            lost -= holding.position * holding.mid
        return lost

    def extra_cost(self, order_id: int, adds: int, worth: int) -> int:
        """Money by which an order, or a replace of one, makes the open buy orders dearer at the most."""
        order = self._open.get(order_id)
        if order is None:
            return adds * worth
        return adds * max(worth, order.worth) + (order.qty - order.cum_qty) * max(0, worth - order.worth)

    def sent(self, order_id: int, symbol: str, side: int, qty: int, worth: int) -> None:
        """An order was let go."""
        holding = self.holding(symbol)
        self._open[order_id] = _Open(holding, side, qty, worth)
        if side > 0:
            holding.open_buy += qty
            holding.buy_cost += qty * worth
        else:
            holding.open_sell += qty

    def replaced(self, order_id: int, adds: int, worth: int) -> None:
        """A replace was let go."""
        order = self._open.get(order_id)
        if order is None:
            return
        order.asked = (*order.asked, (adds, worth, order.worth))
        _reprice(order, max(order.worth, worth))
        _grow(order, adds)

    def reported(self, report: ExecutionReport, fee: int) -> None:
        """A venue's report is here; ``fee`` in millionths of a dollar for the whole of it."""
        order = self._open.get(report.order_id)
        if order is None:
            return
        if report.exec_type is ExecType.TRADE:
            self._fill(order, report, fee)
        elif order.asked and report.exec_type in (ExecType.REPLACED, ExecType.CANCEL_REJECTED):
            (adds, worth, before), *order.asked = order.asked
            if report.exec_type is ExecType.REPLACED:
                _grow(order, report.cum_qty + report.leaves_qty + sum(a for a, _, _ in order.asked) - order.qty)
            else:
                worth = before
                _grow(order, -adds)
            _reprice(order, max([worth, *(asked for _, asked, _ in order.asked)]))
        if report.leaves_qty == 0 and report.exec_type is not ExecType.CANCEL_REJECTED:
            _grow(order, order.cum_qty - order.qty)
            del self._open[report.order_id]

    def _fill(self, order: _Open, report: ExecutionReport, fee: int) -> None:
        qty = report.last_qty
        order.cum_qty += qty
        order.holding.position += order.side * qty
        self.paid += order.side * qty * report.last_px * MICROS_PER_UNIT + fee
        _shift(order, -qty)


def _grow(order: _Open, qty: int) -> None:
    """Its total becomes so much larger."""
    order.qty += qty
    _shift(order, qty)


def _shift(order: _Open, qty: int) -> None:
    """Its open shares become so many more."""
    if order.side > 0:
        order.holding.open_buy += qty
        order.holding.buy_cost += qty * order.worth
    else:
        order.holding.open_sell += qty


def _reprice(order: _Open, worth: int) -> None:
    if order.side > 0:
        order.holding.buy_cost += (order.qty - order.cum_qty) * (worth - order.worth)
    order.worth = worth
