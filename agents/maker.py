"""A market maker that quotes several venues around its own, late, estimate of the value.

Rules
    News moves the estimate; after the reaction time every quote that is at another price than wanted is replaced.
    Wanted: estimate less skew x position, half the spread away, rounded away to the tick, `levels` deep one tick apart,
    never through the opposite quote that its feed of that venue shows. Without `keep_off` it quotes there whatever its
    feed shows, and the side that the estimate moves towards goes first, so that its own two quotes never meet.
    A feed that shows a sweep (a print that took a venue's best level out) makes it cancel that side everywhere else
    after the reaction time, if it is of `fade_size` or more; it comes back after `refresh`.
    A quote that was filled is put up again after `requote`, or by the next news. At the position limit the side that
    would add is taken down after the reaction time, and put up again when the position is below it; what fills on the
    way still counts, so the position can pass the limit by what was up.
    What a venue refuses because it is closed, halted or in a call is tried again with the next news, not before; so is
    a replace that was refused: the quote stands where it stood.
    With `learning` the half-spread moves until a share earns its target: every fill is judged some time later by what
    the stock is then worth to the maker, rebate or fee included. Earned less: wider by `rate` times what is missing, in
    proportion to the shares; earned more: narrower. So makers who compete for a target of zero quote where what they
    win from those who must trade is what they lose to those who know, the zero-profit condition of Glosten and Milgrom
    (1985) and of Budish, Cramton and Shim (2015), found from each one's own fills.
    With `post_only` it never takes: a quote that would is refused, or moved, as the venue's policy says.

Does not model
    Hedging; a view on toxicity beyond `learning`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.interests import sweeps_of
from agents.participant import ESTIMATE, HALF_SPREAD, Participant, Place
from sim.history import HistoryView
from venues.messages import (
    MICROS_PER_UNIT,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    Quote,
    Reason,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.protocols import OrderEntry, QuoteView

BUY, DAY = Side.BUY, TimeInForce.DAY
_make: Callable[..., Any] = tuple.__new__  # a message for half of what its named constructor costs

MAKER_WAKES = frozenset({ExecType.TRADE})
"""A maker must react to fills at once; what else comes back is read when it next acts."""

SHUT = frozenset({Reason.VENUE_CLOSED, Reason.VENUE_HALTED, Reason.NOT_IN_THIS_STATE})
"""Refusals that the same order would meet again: only news are a reason to ask once more."""

NEVER_TAKES = Terms(post_only=True)


@dataclass(frozen=True, slots=True)
class Learning:
    """How a maker's half-spread follows its fills: prices in price units, ``horizon`` ns.

    ``rate`` is price units of half-spread per price unit a share that a quote of full size missed ``target`` by.
    """

    rate: float
    horizon: int
    target: float
    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class MakerTerms:
    """How a maker quotes: prices in price units, sizes in shares, times in ns.

    ``skew`` is price units per share of position.
    """

    half_spread: int
    size: int
    levels: int
    position_limit: int
    skew: float
    requote: int
    fade_size: int
    """Smallest sweep that makes it fade, shares; 0: it never does."""
    refresh: int
    post_only: bool = False
    keep_off: bool = True
    """Whether it stays off the opposite quote that its feed shows, which may be its own of before."""
    learning: Learning | None = None


class Slot:
    """One quote of a maker: a venue, a side, a level."""

    __slots__ = ("away_until", "cum_qty", "level", "order_id", "price", "session", "side")

    def __init__(self, session: OrderEntry, side: Side, level: int) -> None:
        self.session = session
        self.side = side
        self.level = level
        self.order_id = 0
        """0: nothing is up."""
        self.price = 0
        """Price units; 0: it is not where it was to be."""
        self.cum_qty = 0
        self.away_until = 0


class MarketMaker(Participant):
    """Quotes both sides at each of its venues."""

    kind = "market_maker"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: HistoryView[int],
        feeds: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        terms: MakerTerms,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._news = news
        self._feeds = feeds
        self._reaction = reaction
        self._terms = terms
        self._order_terms = NEVER_TAKES if terms.post_only else None
        self._slots = {
            venue: [Slot(session, side, level) for level in range(terms.levels) for side in (Side.BUY, Side.SELL)]
            for venue, session in sessions.items()
        }
        self._slot_of: dict[int, Slot] = {}
        self._estimate = 0
        self._half_spread: float = terms.half_spread

    def start(self) -> None:
        """Listen, and put the first quotes up."""
        self._news.subscribe(lambda _: self._react(self._requote_all), lambda _value, _before: True)
        if self._terms.fade_size:
            for venue, feed in self._feeds.items():
                feed.subscribe(self._fade_from(venue), sweeps_of(self._terms.fade_size))
        for venue, session in self.sessions.items():
            session.on_mail = self._mail_from(venue)
        self._react(self._requote_all)

    # -- what moves it --------------------------------------------------------------------------

    def _react(self, act: Callable[[Any], object], argument: object = None) -> None:
        self.env.call_in(self._reaction(), act, argument)

    def _fade_from(self, swept_venue: str) -> Callable[[Quote], object]:
        def fade(quote: Quote) -> None:
            assert quote.trade is not None
            hit = Side.SELL if quote.trade.side is Side.BUY else Side.BUY
            self._react(lambda _: self._fade(swept_venue, hit))

        return fade

    def _mail_from(self, venue: str) -> Callable[[], object]:
        return lambda: self._read(venue)

    def _read(self, venue: str) -> None:
        """Take in fills; plan the refill of quotes that are gone."""
        reports = self.sessions[venue].read()
        if not reports:
            return
        fees = self.place.fees[venue]
        full = self._full_side()
        for _, report in reports:
            slot = self._slot_of.get(report.order_id)
            if report.exec_type is ExecType.TRADE:
                self.book(venue, report)
                if self._terms.learning is not None:
                    fee = fees[0] if report.liquidity is Liquidity.MAKER else fees[1]
                    paid = int(report.side) * report.last_px + fee / MICROS_PER_UNIT
                    fill = (int(report.side), paid, report.last_qty)
                    self.env.call_in(self._terms.learning.horizon, self._learn, fill)
            if slot is not None:
                self._update(slot, report, venue)
        if self._full_side() is not full:
            self._react(self._requote_sides, (full, self._full_side()))

    def _learn(self, fill: tuple[int, float, int]) -> None:
        """Judge a fill (side, signed price with fee, shares) by what the stock is worth now."""
        learning = self._terms.learning
        worth = self._news.advance(self.env.now)
        if learning is None or worth is None:
            return
        side, paid, qty = fill
        missed = learning.target - (side * worth - paid)
        wanted = self._half_spread + learning.rate * missed * qty / self._terms.size
        self._half_spread = min(max(wanted, learning.at_least), learning.at_most)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log, and the half-spread of one who learns it, to the price unit."""
        super().log_state()
        if self._terms.learning is not None:
            self._log_state(self.env.now, self.number, HALF_SPREAD, int(self._half_spread))

    def _update(self, slot: Slot, report: ExecutionReport, venue: str) -> None:
        up = slot.order_id == report.order_id  # else it tells of an order that is being cancelled
        if up and report.exec_type is ExecType.TRADE:
            slot.cum_qty = report.cum_qty
        if report.leaves_qty == 0 and report.exec_type is not ExecType.CANCEL_REJECTED:
            del self._slot_of[report.order_id]
            if up:
                slot.order_id = 0
                if report.reason not in SHUT:
                    self.env.call_in(self._terms.requote, self._requote_slot, (venue, slot))
        elif up and report.exec_type is ExecType.CANCEL_REJECTED and report.reason is not Reason.UNKNOWN_ORDER:
            slot.price = 0  # the replace was refused

    def _full_side(self) -> Side | None:
        """The side that is not quoted, because the position is at its limit."""
        position, limit = self.ledger.position, self._terms.position_limit
        if abs(position) < limit:
            return None
        return Side.BUY if position > 0 else Side.SELL

    # -- what it does ---------------------------------------------------------------------------

    def _requote_all(self, _: object) -> None:
        now = self.env.now
        estimate = self._news.advance(now)
        assert estimate is not None
        rises = estimate > self._estimate
        if estimate != self._estimate:
            self._estimate = estimate
            self._log_state(now, self.number, ESTIMATE, estimate)
        for venue, slots in self._slots.items():
            self._read(venue)
            self._quote(
                slots if self._terms.keep_off else _out_of_the_way(slots, rises), self._feeds[venue].advance(now)
            )

    def _requote_sides(self, sides: tuple[Side | None, ...]) -> None:
        for venue, slots in self._slots.items():
            concerned = [slot for slot in slots if slot.side in sides]
            self._quote(concerned, self._feeds[venue].advance(self.env.now))

    def _requote_slot(self, venue_and_slot: tuple[str, Slot]) -> None:
        venue, slot = venue_and_slot
        if slot.order_id == 0:
            self._quote([slot], self._feeds[venue].advance(self.env.now))

    def _fade(self, swept_venue: str, side: Side) -> None:
        back = self.env.now + self._terms.refresh
        for venue, slots in self._slots.items():
            if venue == swept_venue:
                continue
            for slot in slots:
                if slot.side is side and slot.order_id and self.env.now >= slot.away_until:
                    slot.away_until = back
                    slot.session.send(CancelOrder(slot.order_id, self.number))
                    slot.order_id = 0
                    self.env.call_at(back, self._requote_slot, (venue, slot))

    def _quote(self, slots: Sequence[Slot], seen: Quote | None) -> None:
        """Bring quotes at one venue to where they should be."""
        now, full, number, size = self.env._now, self._full_side(), self.number, self._terms.size
        middle = self._estimate - int(self._terms.skew * self.ledger.position)
        for slot in slots:
            if now < slot.away_until:
                continue
            price = None if slot.side is full else self._wanted_price(slot, seen, middle)
            if price is None:
                if slot.order_id:
                    slot.session.send(CancelOrder(slot.order_id, self.number))
                    slot.order_id = 0
            elif slot.order_id == 0:
                slot.order_id = order_id = self.place.new_id()
                slot.price, slot.cum_qty = price, 0
                self._slot_of[order_id] = slot
                order = (order_id, number, slot.side, size, price, DAY, self._order_terms)
                slot.session.send(_make(NewOrder, order))
            elif slot.price != price:
                slot.price = price
                slot.session.send(_make(ReplaceOrder, (slot.order_id, number, slot.cum_qty + size, price, None)))

    def _wanted_price(self, slot: Slot, seen: Quote | None, middle: int) -> int | None:
        """Price units; None: there is none to quote at. ``middle``: what the stock is worth to it, price units."""
        tick = self.place.tick
        seen = seen if self._terms.keep_off else None
        away = int(self._half_spread) + slot.level * tick
        if slot.side is BUY:
            price = (middle - away) // tick * tick
            if seen is not None and seen.ask_qty and price >= seen.ask:
                price = seen.ask - tick
        else:
            price = -((-middle - away) // tick) * tick
            if seen is not None and seen.bid_qty and price <= seen.bid:
                price = seen.bid + tick
        return price if price > 0 else None


def _out_of_the_way(slots: Sequence[Slot], rises: bool) -> list[Slot]:
    """The asks first when the estimate rises, the bids first when it falls."""
    return sorted(slots, key=lambda slot: slot.side if rises else -slot.side)
