"""A sweep anticipator: reads the first print of a large order, takes what it is after, and offers it back dearer.

Rules
    Its hosts (`agents.host`) answer sweeps seen at other venues: the shares that the rest of the large order is on its
    way to are taken, if this firm's order is there first. A host whose own venue has been swept on that side within
    `hold` does not: the large order has been there already.
    What a host has taken it offers again at once, `markup` beyond the price it took at, in the way of the sweeper, who
    pays it when its limit reaches so far.
    It holds at most `hold`: then the offer is withdrawn, and once the cancel is answered what is left crosses the
    spread, again after each `hold` until nothing is held.
    So it loses the spread and the fees on every print that was no part of a larger order, and wins the markup on those
    that were, if it outran them and they pay up.

Does not model
    Telling large orders from small ones but by the size of the print; a limit on how often it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.host import Firm, Host, HostLimits
from agents.interests import sweeps_of
from agents.participant import Participant
from venues.messages import CancelOrder, ExecType, ExecutionReport, NewOrder, Print, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

ANTICIPATOR_WAKES = frozenset({ExecType.TRADE, ExecType.CANCELED, ExecType.REJECTED, ExecType.CANCEL_REJECTED})
"""It acts on fills, and on the end of its own offers."""


@dataclass(frozen=True, slots=True)
class AnticipatorTerms:
    """``markup``: price units beyond the price it took at; ``hold``: ns from the offer to its withdrawal."""

    limits: HostLimits
    markup: int
    hold: int


class AnticipatorHost(Host):
    """The anticipator's machine beside one venue."""

    def __init__(
        self,
        firm: Participant,
        session: OrderEntry,
        local: QuoteView,
        others: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        terms: AnticipatorTerms,
    ) -> None:
        super().__init__(firm, session, local, others, reaction, terms.limits)
        self._terms = terms
        self._took_at = 0
        """Price of the latest share taken, price units."""
        self._swept_until = {Side.BUY: 0, Side.SELL: 0}
        """By side of the taker: until when a sweep of this venue counts as the one seen elsewhere, ns."""
        self._crossing: NewOrder | None = None
        """The order that crosses the spread with what was not paid for, while its end is not known."""
        self._round = 0
        """Counts the times that the host was rid of everything; what was planned before is of no concern."""
        self._busy = False

    def start(self) -> None:
        """Listen, to the venue itself too."""
        self._local.subscribe(self._was_swept_here, sweeps_of(self._limits.sweep_size))
        super().start()

    def _was_swept_here(self, quote: Quote) -> None:
        if quote.trade is not None:
            self._swept_until[quote.trade.side] = self._env.now + self._terms.hold

    def _within(self, swept: Print) -> Quote | None:
        """This venue's quote, when the rest of the sweep is still to come and would take it."""
        return super()._within(swept) if self._env.now >= self._swept_until[swept.side] else None

    def _take_in(self, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE and report.order_id in self._in_flight:
            self._took_at = report.last_px
        super()._take_in(report)
        if self._crossing is not None and report.order_id == self._crossing.order_id and not report.leaves_qty:
            self._crossing = None

    def read(self) -> None:
        """Take in what the venue said; offer what was taken."""
        super().read()
        if self._busy and not self._position and self._exit is None and self._crossing is None:
            self._busy = False
            self._round += 1
        elif self._position and not self._busy:
            self._busy = True
            self._offer()

    def _offer(self) -> None:
        side = Side.SELL if self._position > 0 else Side.BUY
        price = self._took_at - int(side) * self._terms.markup
        if price > 0:
            self._exit = self._send(side, abs(self._position), price, TimeInForce.DAY)
        self._env.call_in(self._terms.hold, self._withdraw, self._round)

    def _withdraw(self, planned: int) -> None:
        """Time is up: ask for the offer back."""
        self.read()
        if planned == self._round:
            if self._exit is not None:
                self._session.send(CancelOrder(self._exit.order_id, self._firm.number))
            self._cross(planned)

    def _cross(self, planned: int) -> None:
        """Take the touch with what is left, once none of it is on offer; look again after another hold."""
        self.read()
        if planned != self._round:
            return
        if self._exit is None and self._crossing is None:
            self._crossing = self._sell_at_touch()
        self._env.call_in(self._terms.hold, self._cross, planned)


class SweepAnticipator(Firm):
    """One firm's hosts."""

    kind = "sweep_anticipator"
