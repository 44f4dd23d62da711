"""What a book's reports add up to: each report must follow from the ones before it.

An order's open shares fall by its trades, a cancel takes out exactly what was open, a trade is told to both sides at
one price and size, within both limits. :class:`Ledger` raises :class:`Contradiction` otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from venues.messages import (
    NOBODY,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Side,
    Terms,
)

REFUSALS = (ExecType.REJECTED, ExecType.CANCEL_REJECTED)
_ENDS = (ExecType.CANCELED, ExecType.EXPIRED)
_AT_ITS_PRICE = (ExecType.TRADE, *_ENDS)
"""Reports that move no price."""


class Contradiction(AssertionError):
    """A report that does not follow from the reports before it."""


@dataclass(slots=True)
class Account:
    """One live order by its reports."""

    owner: int
    side: Side
    cum_qty: int
    leaves_qty: int
    price: int | None
    terms: Terms | None = None
    triggered: bool = False

    @property
    def pegged(self) -> bool:
        """Whether its price follows another."""
        return self.terms is not None and bool(self.terms.peg)

    @property
    def waits(self) -> bool:
        """Whether it is a stop that has not fired."""
        return self.terms is not None and bool(self.terms.stop_px or self.terms.trail) and not self.triggered


class Ledger:
    """The live orders as the reports tell them: ``accounts``, by order id."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}

    def enter(self, reports: Sequence[ExecutionReport], message: object = None) -> None:
        """Take in what one command (the ``message``, if it was one) was answered with.

        Raises:
            Contradiction: the first report that cannot be.
        """
        for report in reports:
            if report.exec_type is ExecType.STATE:
                _must(report.owner == NOBODY and report.order_id == 0, "a state report belongs to no order", report)
            elif report.exec_type is ExecType.NEW:
                self._enter_new(report, message)
            elif report.exec_type not in REFUSALS:
                self._enter_change(report)
        _check_pairs([report for report in reports if report.exec_type is ExecType.TRADE])

    def _enter_new(self, report: ExecutionReport, message: object) -> None:
        _must(report.order_id not in self.accounts, "NEW for an order that is live", report)
        _must(report.cum_qty == 0 and report.leaves_qty == report.order_qty > 0, "NEW: all of it is open", report)
        if not isinstance(message, NewOrder) or message.order_id != report.order_id:
            raise Contradiction(f"NEW, and no such order was sent: {report}")
        _must(report.order_qty == message.qty, f"NEW is of {message.qty} shares", report)
        owner, side, terms = message.owner, message.side, message.terms
        _must((report.owner, report.side) == (owner, side), "owner and side are the order's", report)
        self.accounts[report.order_id] = Account(owner, side, 0, report.leaves_qty, report.price, terms)

    def _enter_change(self, report: ExecutionReport) -> None:
        account = self.accounts.get(report.order_id)
        if account is None:
            raise Contradiction(f"a report of an order that is not live: {report}")
        _must((report.owner, report.side) == (account.owner, account.side), "owner and side never change", report)
        if report.exec_type in _AT_ITS_PRICE and account.price is not None and not account.pegged:
            _must(report.price == account.price, f"its price was told as {account.price}", report)
        if report.exec_type is ExecType.TRADE:
            _check_trade(report, account)
        else:
            _must(report.cum_qty == account.cum_qty, f"cum_qty is {account.cum_qty}", report)
        if report.exec_type in _ENDS:
            taken = report.order_qty - report.cum_qty
            _must(report.leaves_qty == 0, "nothing is left of an order that ends", report)
            _must(taken == account.leaves_qty, f"order_qty - cum_qty is what was open, {account.leaves_qty}", report)
            _must(report.ord_status is OrdStatus.CANCELED, "ord_status is CANCELED", report)
        else:
            _must(report.order_qty == report.cum_qty + report.leaves_qty, "order_qty is cum_qty + leaves_qty", report)
        account.cum_qty, account.leaves_qty, account.price = report.cum_qty, report.leaves_qty, report.price
        account.triggered |= report.exec_type is ExecType.TRIGGERED
        if not report.leaves_qty:
            del self.accounts[report.order_id]


def _check_trade(report: ExecutionReport, account: Account) -> None:
    """One side of a trade against what was known of its order."""
    _must(0 < report.last_qty <= account.leaves_qty, f"a trade of 1 to {account.leaves_qty} shares", report)
    _must(report.cum_qty == account.cum_qty + report.last_qty, f"cum_qty was {account.cum_qty}", report)
    _must(report.leaves_qty == account.leaves_qty - report.last_qty, f"leaves_qty was {account.leaves_qty}", report)
    status = OrdStatus.PARTIALLY_FILLED if report.leaves_qty else OrdStatus.FILLED
    _must(report.ord_status is status, f"ord_status is {status.name}", report)
    within = report.price is None or report.side * (report.last_px - report.price) <= 0
    _must(within, "a trade within the order's limit", report)


def _check_pairs(trades: Sequence[ExecutionReport]) -> None:
    """Trades are told in pairs: the maker's report then the taker's, in an auction the buyer's then the seller's."""
    for first, second in zip(trades[::2], trades[1::2], strict=False):
        same = (first.last_px, first.last_qty) == (second.last_px, second.last_qty)
        _must(same and first.side is not second.side, f"the other side of the trade told before it, {first}", second)
        if first.liquidity is Liquidity.AUCTION:
            told = first.side is Side.BUY and second.liquidity is Liquidity.AUCTION
        else:
            told = (first.liquidity, second.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
        _must(told, "the maker's report before the taker's (auction: the buyer's before the seller's)", second)
    _must(len(trades) % 2 == 0, "each trade is told to both sides", trades[-1] if trades else None)


def _must(holds: bool, what: str, report: ExecutionReport | None) -> None:
    if not holds:
        raise Contradiction(f"{what}; told was {report}")
