"""Price-level feeds (L2; L1 with a depth of 1) made from an order-by-order feed, and conflated ones for slow readers.

Rules
    A level update says what a price now holds, not by how much it changed: reading one twice does no harm.
    A feed of depth n shows the n best levels of each side. A level that is pushed out is told with 0 shares, one that
    comes into view with what it holds; a reader needs to know nothing of n.
    One packet for each venue message that changed a level shown or traded, numbered from 1 without a gap.
    A conflated feed has at most one packet an interval, at the interval's end, with at most one update a level: the
    last. The packet stands for a range of sequence numbers and, of trades, tells the sum and the last price. Intervals
    are [k, k+1) times their length: what is made at an end belongs to the next one.
    Snapshots are the level feed's; they serve readers of the conflated feed too.

Cost
    O(levels touched) a packet, O(n) when a level shown was touched. A conflated feed costs an event an interval only
    while a subscriber must react.

Source: the split into market by order, by price and best offers, and explicit deletes, as in CME MDP 3.0 and Databento.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.environment import Environment
from sim.history import History, HistoryView
from venues.displayed_book import BUY, SELL, Changes, LevelKey
from venues.feed_messages import LevelPacket, LevelSnapshot, LevelTrade, LevelUpdate, OrderPacket
from venues.messages import Side
from venues.order_feed import OrderFeed

Held = tuple[int, int]
"""(shares, orders) at a price."""

GONE: Final[Held] = (0, 0)


class LevelFeed:
    """The levels of a book as its order feed tells them. ``depth`` None: all levels.

    Raises:
        ValueError: a depth below 1.
    """

    def __init__(self, orders: OrderFeed, depth: int | None = None) -> None:
        if depth is not None and depth < 1:
            raise ValueError(f"depth = {depth}: a feed shows at least one level, None shows all")
        self.history: History[LevelPacket] = History()
        self.depth = depth
        self._displayed = orders.displayed
        self._shown: dict[Side, dict[int, Held]] = {side: self._in_view(side) for side in (BUY, SELL)}
        self.seq = 1 if any(self._shown.values()) else 0
        """Sequence number of the last packet; what was there already counts as one that was told to nobody."""
        orders.listen(self._take)

    def snapshot(self, now: int) -> LevelSnapshot:
        """The levels shown after the last packet."""
        levels = [
            LevelUpdate(side, *level) for side in (BUY, SELL) for level in self._displayed.depth(side, self.depth)
        ]
        return LevelSnapshot(now, self.seq, tuple(levels))

    def advance(self, now: int) -> None:
        """Nothing waits: every packet is published when it is made."""

    def react(self) -> None:
        """Nothing to do: every packet is published when it is made."""

    def heartbeat(self, now: int) -> LevelPacket:
        """A packet that says only which number comes next, so that the loss of the last one is noticed."""
        return LevelPacket(now, 0, self.seq + 1, self.seq, (), ())

    def _take(self, packet: OrderPacket, changes: Changes) -> None:
        levels = self._moved(changes.levels)
        if levels or changes.trades:
            self.seq += 1
            at, seq = packet.at, self.seq
            self.history.append(at, LevelPacket(at, packet.venue_seq, seq, seq, tuple(levels), changes.trades))

    def _moved(self, touched: tuple[LevelKey, ...]) -> list[LevelUpdate]:
        if self.depth is None:
            return [update for side, price in touched for update in self._level_moved(side, price)]
        sides = dict.fromkeys(side for side, price in touched if self._reaches_view(side, price, self.depth))
        return [update for side in sides for update in self._view_moved(side)]

    def _view_moved(self, side: Side) -> list[LevelUpdate]:
        shown, view = self._shown[side], self._in_view(side)
        updates = [LevelUpdate(side, price, *GONE) for price in shown if price not in view]
        updates += [LevelUpdate(side, price, *held) for price, held in view.items() if held != shown.get(price)]
        self._shown[side] = view
        return updates

    def _level_moved(self, side: Side, price: int) -> list[LevelUpdate]:
        shown, held = self._shown[side], self._displayed.level(side, price)
        if held == shown.get(price, GONE):
            return []
        if held == GONE:
            del shown[price]
        else:
            shown[price] = held
        return [LevelUpdate(side, price, *held)]

    def _reaches_view(self, side: Side, price: int, depth: int) -> bool:
        """Was the level shown, or is it better than the worst that is? The views are kept best first."""
        shown = self._shown[side]
        return len(shown) < depth or (price - next(reversed(shown))) * side >= 0

    def _in_view(self, side: Side) -> dict[int, Held]:
        return {price: (qty, orders) for price, qty, orders in self._displayed.depth(side, self.depth)}


class ConflatedFeed:
    """A level feed for readers who want at most one packet an interval (ns).

    Packets are made when somebody looks, with the times at which they were due: what was made before an interval's end
    is known at its end, so the answer is the same whoever looks, whenever.

    Raises:
        ValueError: an interval below 1 ns.
    """

    def __init__(self, env: Environment, levels: LevelFeed, interval: int) -> None:
        if interval < 1:
            raise ValueError(f"interval = {interval}: a conflated feed needs an interval of at least 1 ns")
        self.history: History[LevelPacket] = History()
        self.interval = interval
        self._env = env
        self._levels = levels
        self._input: HistoryView[LevelPacket] = levels.history.view(env, 1, keep_up=self.advance)
        self._working = False
        self._reacting = False

    @property
    def seq(self) -> int:
        """Sequence number of the level feed's last packet."""
        return self._levels.seq

    def snapshot(self, now: int) -> LevelSnapshot:
        """The levels shown after the last packet of the level feed."""
        return self._levels.snapshot(now)

    def advance(self, now: int) -> None:
        """Publish the packet of every interval that has ended by ``now``."""
        if self._working:  # our readers are asked to keep up, and they ask us
            return
        self._working = True
        due = self._next_due()
        while due is not None and due <= now:
            packets = []
            while self._next_due() == due:
                packets.append(self._input.take())
            self.history.append(due, conflated(packets, due))
            due = self._next_due()
        self._working = False

    def react(self) -> None:
        """From now on publish each packet when it is due: somebody must be woken. An event an interval, no more."""
        if not self._reacting:
            self._reacting = True
            self._input.subscribe(self._wake, self._opens_interval)

    def _wake(self, packet: LevelPacket) -> None:
        self._env.call_at(self._end_of(packet.at), self._publish_due)

    def _publish_due(self, _: object) -> None:
        self.advance(self._env.now)

    def _opens_interval(self, packet: LevelPacket, before: LevelPacket | None) -> bool:
        return before is None or self._end_of(before.at) != self._end_of(packet.at)

    def _next_due(self) -> int | None:
        """When the interval of the next unread packet ends; what is read here was made 1 ns before it arrives."""
        arrival = self._input.next_arrival()
        return None if arrival is None else self._end_of(arrival - 1)

    def _end_of(self, made: int) -> int:
        return (made // self.interval + 1) * self.interval


def conflated(packets: Sequence[LevelPacket], at: int) -> LevelPacket:
    """One packet for many that follow each other: the last state of each level, the trades as one at the last price.

    >>> one = LevelPacket(3, 7, 1, 1, (LevelUpdate(BUY, 99_0000, 200, 1),), (LevelTrade(99_0100, 50),))
    >>> two = LevelPacket(5, 8, 2, 2, (LevelUpdate(BUY, 99_0000, 300, 2),), (LevelTrade(99_0000, 10),))
    >>> conflated([one, two], at=10)[2:4], conflated([one, two], at=10).trades
    ((1, 2), (LevelTrade(price=990000, qty=60),))
    >>> [tuple(update[1:]) for update in conflated([one, two], at=10).levels]
    [(990000, 300, 2)]
    """
    levels = {(update.side, update.price): update for packet in packets for update in packet.levels}
    trades = [trade for packet in packets for trade in packet.trades]
    told = (LevelTrade(trades[-1].price, sum(trade.qty for trade in trades)),) if trades else ()
    return LevelPacket(at, packets[-1].venue_seq, packets[0].first, packets[-1].last, tuple(levels.values()), told)
