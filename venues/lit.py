"""A lit venue: displayed book, direct feed, trade prints, sessions and auctions.

Rules
    Each message that changes the displayed best or trades publishes one update (quote, and the print if it traded) with
    the venue's sequence number, at the moment the matching engine is done with it. Subscribers are woken by prices and
    prints; an update of sizes alone is found by those who look.
    The displayed book never ends a message locked or crossed while it trades continuously: that is an invariant,
    checked on every change.
    In a call and in a halt the quote is empty: nothing there can be traded with. A batch venue quotes what its book
    shows, and the quote of before while that is locked or crossed. An auction's print has the side BUY.
    What the book has to do by itself (orders that expire, batch auctions, pauses) is done when it is due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sim.environment import Environment
from sim.history import History
from sim.link import LatencySource
from sim.log import EventLog
from venues.book import Book
from venues.fees import FeeSchedule
from venues.messages import BookState, ExecutionReport, Print, Quote, Side
from venues.obvious_book import ObviousBook
from venues.order_feed import OrderFeed
from venues.policies import PLAIN, Policies
from venues.protocols import Reference
from venues.round_lots import OddLotQuote, OddLots, RoundLots
from venues.speed_bump import TakerBump
from venues.tables import QUOTES
from venues.venue import Venue, slowed

BUY = Side.BUY
CONTINUOUS, CLOSED = BookState.CONTINUOUS, BookState.CLOSED
EMPTY = (0, 0, 0, 0)
_make_quote: Callable[..., Quote] = tuple.__new__  # 0.15 us cheaper than the named constructor


class Guard(Protocol):
    """What stands between the gateway and the book: `venues.order_protection`."""

    def match(self, message: Any, now: int) -> list[ExecutionReport]:
        """Answer a message."""

    def end_away(self, now: int) -> list[ExecutionReport]:
        """The session ends, and with it what is out at other venues."""


class LitVenue(Venue):
    """A venue around a price-time :class:`Book`; ``feed`` is its direct feed.

    Args:
        tick: price units; policies: what venues decide differently.
        book: another book than the usual one, such as an :class:`ObviousBook`; it has policies of its own.
        outbound_bump: as of a :class:`Venue`; taker_bump: added to orders that would take, ns.
    """

    kind = "lit"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        speed_bump: int = 0,
        tick: int = 100,
        policies: Policies = PLAIN,
        book: Book | ObviousBook | None = None,
        outbound_bump: int = 0,
        taker_bump: int = 0,
    ) -> None:
        super().__init__(env, number, name, fees, service, log, speed_bump, outbound_bump)
        self.book = Book(tick, policies) if book is None else book
        log.table(QUOTES)
        self._match = self.book.handle  # type: ignore[method-assign]  # a call less a message
        self.feed: History[Quote] = History()
        self._top = EMPTY
        self._acts_at = 0
        """When the book has something to do by itself, as far as it is planned, ns; 0: it has not."""
        self._order_feed: OrderFeed | None = None
        self._trades_at_once = not self.book.policies.batch_interval
        self._guard: Guard | None = None
        self._lot = 0
        self._round_lots: RoundLots | None = None
        self._told: tuple[int, int, int, int] | None = None
        """What the SIP was told last, where that is not the displayed best."""
        if taker_bump:
            self._receive = TakerBump(env, taker_bump, self._quoted, self._side_of, self._station.accept).receive

    def _side_of(self, order_id: int) -> Side | None:
        order = self.book.find(order_id)
        return None if order is None else order.side

    def heard(self, latency: LatencySource | int) -> LatencySource | int:
        """The latency of a direct feed's way to a reader, with what the venue's speed bump adds."""
        return slowed(latency, self.outbound_bump)

    def _publish(self, message: Any, traded: int, now: int, anew: bool = False) -> None:
        book = self.book
        if book.is_special:
            self._plan()
        elif not traded and not book.best_moved() and not anew and self._told is None:
            return
        before = self._top
        top = book.top() if not book.is_special else self._quoted()
        if top == before and not traded and (self._told is None or self._told == self._in_round_lots(top)):
            return
        bid, bid_qty, ask, ask_qty = self._top = top
        if bid_qty and ask_qty and bid >= ask:
            raise self.broken(f"the displayed book is locked or crossed: bid {bid}, ask {ask}", message)
        tape = self._print_of(traded, before, top) if traded else None
        seq = self.seq
        quote = _make_quote(Quote, (now, seq, bid, bid_qty, ask, ask_qty, tape))
        dull = not traded and bid == before[0] and ask == before[2]
        if bid_qty < self._lot or ask_qty < self._lot:
            told = self._in_round_lots(top)
            dull = dull and told == self._told
            self._told = None if told == top else told
            quote = quote if told == top else OddLotQuote.of(quote, told)
        elif self._told is not None:
            self._told, dull = None, False
        if self._logs:
            self._journal.quotes.append((self.number, quote))
        self.feed.append(now, quote, dull)

    def tell_round_lots(self, lot: int, odd_lots: OddLots) -> None:
        """From now on quotes say what they come to in round lots of so many shares, for the SIP and other venues."""
        self._lot = 0 if odd_lots is OddLots.SHOWN else lot
        self._round_lots = RoundLots(self.book, self._lot, odd_lots)

    def _in_round_lots(self, top: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        return top if self._round_lots is None else self._round_lots.top(top)

    def _quoted(self) -> tuple[int, int, int, int]:
        """The quote while orders or policies are about that a plain book does not have."""
        book = self.book
        if book.state is not CONTINUOUS and book.state is not CLOSED:
            return EMPTY
        bid, bid_qty, ask, ask_qty = top = book.top()
        if not bid_qty or not ask_qty or bid < ask:
            return top
        if book.state is CLOSED:
            return EMPTY
        return top if self._trades_at_once else self._top

    def _print_of(self, traded: int, before: tuple[int, int, int, int], top: tuple[int, int, int, int]) -> Print:
        taker = self._last_taker
        assert taker is not None
        emptied = top[2] != before[2] if taker.side is BUY else top[0] != before[0]
        return Print(taker.side, taker.last_px, traded, emptied)

    # -- sessions, and what the book does by itself ---------------------------------------------

    @property
    def state(self) -> BookState:
        """The phase of its session."""
        return self.book.state

    def set_state(self, state: BookState) -> None:
        """Begin a phase of the session, now; an auction that ends trades first."""
        if state is CLOSED and self._guard is not None:
            self.say(self._guard.end_away(self.env.now))
        self.say(self.book.set_state(state, self.env.now))

    def protect(self, guard: Guard) -> None:
        """From now on this one answers messages, with the book; orders are no longer handed to the book directly."""
        self._guard = guard
        self._journal.keep_sweeps()
        self._match = guard.match  # type: ignore[method-assign]

    def say(self, reports: list[ExecutionReport]) -> None:
        """Tell owners, log and public what happened without a message; it has a sequence number of its own."""
        now = self.env.now
        if reports:
            self.seq += 1
            self._publish(None, self._report(None, reports, now), now, anew=True)

    def _plan(self) -> None:
        """Wake up when the book has something to do by itself."""
        due = self.book.next_at()
        if due is not None and (not self._acts_at or due < self._acts_at):
            self._acts_at = due
            self.env.call_at(max(due, self.env.now), self._act, due)

    def _act(self, due: int) -> None:
        if due == self._acts_at:  # else something earlier came between and has planned anew
            self._acts_at = 0
            self.say(self.book.advance(self.env.now))
            self._plan()

    def follow(self, national: Reference) -> None:
        """Let pegs follow the national best (`peg_reference: national`) as it is known here."""
        national.subscribe(lambda _: self._lean_on(national))
        self._lean_on(national)

    def _lean_on(self, national: Reference) -> None:
        now = self.env.now
        self.say(self.book.set_reference(*national.best(now), now))

    def set_crumbling(self, bid: bool, ask: bool) -> None:
        """The national bid, the national ask is about to get worse, or is no longer: discretionary pegs are told."""
        self.say(self.book.set_crumbling(bid, ask, self.env.now))

    # -- more than the best quote ---------------------------------------------------------------

    def order_feed(self) -> OrderFeed:
        """The order-by-order feed (L3), made when it is first asked for; a `LevelFeed` is made from it."""
        if self._order_feed is None:
            feed = self._order_feed = OrderFeed(self.book, self.book.policies)
            self._listen = feed.publish
        return self._order_feed
