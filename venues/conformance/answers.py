"""What a book's reports look like in the notation of the cases, in the order in which they were given.

::

    a5@101                      maker a traded 5 at 101 (the taker's own report is checked, and not written)
    b/s 5@101                   buyer b and seller s traded in an auction
    x cancels 3 (ioc remainder) x expires 3       x refused (post only)
    x at 100 (slid)             the venue changed the price on entry: slid, rounded, price band
    st fires                    a stop is triggered (``st fires at 105 (price band)``)
    i refreshes                 an iceberg shows its next peak
    p pegs to 101.5             ``p pegs to nothing`` without a reference
    t trails                    a trailing stop moved
    x shrinks to 5              a self-trade took shares out of it
    x moves to 105              a price band moved it
    closed                      the state began; after an auction with price, size and surplus: ``continuous 5@101 +2``

then, when the order that was spoken of is live, ``x rests 2@102`` (a market order: ``MKT``; an inactive peg:
``nothing``) or, for a stop that waits, ``st waits 5``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from venues.conformance.frame import Frame
from venues.conformance.ledger import REFUSALS
from venues.conformance.notation import Names
from venues.messages import ExecType, ExecutionReport, Liquidity, Reason


class Wording:
    """Reports into words."""

    def __init__(self, names: Names, frame: Frame) -> None:
        self._names = names
        self._frame = frame

    def of(self, reports: Sequence[ExecutionReport], spoken_of: str) -> list[str]:
        """The words of one command's reports; a refusal is of the order ``spoken_of``, whatever id it carries."""
        words = []
        for n, report in enumerate(reports):
            if report.exec_type in REFUSALS:
                words.append(f"{spoken_of} refused ({reason(report)})")
            elif report.exec_type is ExecType.TRADE:
                words += self._trade(report, reports[n + 1] if n + 1 < len(reports) else None)
            elif word := self._WORDS[report.exec_type](self, report):
                words.append(word)
        return words

    def _trade(self, report: ExecutionReport, other: ExecutionReport | None) -> list[str]:
        size = f"{report.last_qty}@{self._frame.ticks(report.last_px)}"
        if report.liquidity is Liquidity.MAKER:
            return [self._name(report) + size]
        if report.liquidity is Liquidity.AUCTION and report.side == 1 and other is not None:
            pair = [self._name(report), self._name(other)]
            return ["/".join(pair[::-1] if self._frame.mirror else pair) + " " + size]
        return []

    def _new(self, report: ExecutionReport) -> str:
        return f"{self._name(report)} {self._at(report)}" if report.reason else ""

    def _end(self, report: ExecutionReport) -> str:
        return f"{self._name(report)} cancels {report.order_qty - report.cum_qty} ({reason(report)})"

    def _expired(self, report: ExecutionReport) -> str:
        why = "" if report.reason is Reason.EXPIRED else f" ({reason(report)})"
        return f"{self._name(report)} expires {report.order_qty - report.cum_qty}{why}"

    def _triggered(self, report: ExecutionReport) -> str:
        return f"{self._name(report)} fires" + (f" {self._at(report)}" if report.reason else "")

    def _restated(self, report: ExecutionReport) -> str:
        price = self._frame.ticks(report.price)
        said = {
            Reason.ICEBERG_REFRESH: "refreshes",
            Reason.PEG: f"pegs to {price}",
            Reason.TRAIL: "trails",
            Reason.SELF_TRADE: f"shrinks to {report.leaves_qty}",
            Reason.PRICE_BAND: f"moves to {price}",
        }
        return f"{self._name(report)} {said.get(report.reason, f'restated ({reason(report)})')}"

    def _state(self, report: ExecutionReport) -> str:
        state = report.reason.name.removeprefix("STATE_").lower()
        if not report.last_qty:
            return state
        surplus = self._frame.surplus(report.leaves_qty)
        return f"{state} {report.last_qty}@{self._frame.ticks(report.last_px)} {surplus:+d}".removesuffix(" +0")

    def _at(self, report: ExecutionReport) -> str:
        return f"at {self._frame.ticks(report.price)} ({reason(report)})"

    def _name(self, report: ExecutionReport) -> str:
        return self._names.name(report.order_id)

    _WORDS: Final[Mapping[ExecType, Callable[[Wording, ExecutionReport], str]]] = {
        ExecType.NEW: _new,
        ExecType.REPLACED: _new,
        ExecType.CANCELED: _end,
        ExecType.EXPIRED: _expired,
        ExecType.TRIGGERED: _triggered,
        ExecType.RESTATED: _restated,
        ExecType.STATE: _state,
    }


def reason(report: ExecutionReport) -> str:
    """A report's reason as a case writes it."""
    return Reason(report.reason).name.lower().replace("_", " ")
