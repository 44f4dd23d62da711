"""Recordings for the tests of `analysis`: rows written by hand, or by real books that hand-made messages meet."""

from __future__ import annotations

from typing import Any

from agents.tables import CHILDREN, DECISIONS, NEWS, PARENT_ENDS, PARENTS, STATES
from analysis.tables import RunTables
from sim.log import EventLog, Schema
from venues.book import Book
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.tables import NBBO, ORDERS, QUOTES, REPORTS, TRADES

SCHEMAS = (PARENTS, PARENT_ENDS, DECISIONS, CHILDREN, ORDERS, REPORTS, TRADES, QUOTES, NBBO, NEWS, STATES)
MAKER_FEE, TAKER_FEE = -2000, 3000

CLIENT, MAKER, SNIPER, FLOW, OTHER_CLIENT = 0, 1, 2, 3, 4
KINDS = {CLIENT: "router", MAKER: "market_maker", SNIPER: "sniper", FLOW: "background_flow", OTHER_CLIENT: "router"}
NAMES = {CLIENT: "client", MAKER: "makers.1", SNIPER: "snipers.1", FLOW: "flow", OTHER_CLIENT: "other"}

NYSE, BATS, DARK = 0, 1, 2
VENUES = {NYSE: ("NYSE", "lit"), BATS: ("BATS", "lit"), DARK: ("DARK", "dark")}

BUY, SELL = Side.BUY, Side.SELL
DAY, IOC, FOK = TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK


def market(**extra: Any) -> dict[str, Any]:
    fees = {"maker_fee": MAKER_FEE, "taker_fee": TAKER_FEE}
    return {
        "name": "by_hand",
        "seed": 7,
        "duration": 0,
        "warm_up": 0,
        "instrument": {"symbol": "XYZ", "tick": 100, "lot": 100, "price": 100_0000},
        "venues": [{"id": i, "name": n, "kind": k, **fees} for i, (n, k) in VENUES.items()],
        "agents": [{"id": i, "name": NAMES[i], "kind": k, "group": k} for i, k in KINDS.items()],
        "versions": {"sorsim": "0.1.0"},
        **extra,
    }


class Recording:
    """Tables of one run, written row by row. What a row leaves out is 0."""

    def __init__(self, **extra: Any) -> None:
        self.log = EventLog()
        self.market = market(**extra)
        self.books = {venue: Book(tick=1) for venue in VENUES}
        self.seq = dict.fromkeys(VENUES, 0)
        self.now = 0
        self.last_reports: list[ExecutionReport] = []
        self._tops: dict[int, tuple[int, int, int, int]] = dict.fromkeys(VENUES, (0, 0, 0, 0))
        self._decision = 0
        for schema in SCHEMAS:
            self.log.table(schema)

    def tables(self) -> RunTables:
        return RunTables.from_arrays(self.log.arrays(), self.market)

    def row(self, schema: Schema, **values: int) -> None:
        names = [column.name for column in schema.columns]
        assert set(values) <= set(names), f"{schema.name} has no {set(values) - set(names)}"
        self.log.table(schema).append(*(int(values.get(name, 0)) for name in names))

    # -- rows by hand ---------------------------------------------------------------------------

    def quote(self, at: int, bid: int, ask: int, venue: int = NYSE, bid_qty: int = 100, ask_qty: int = 100) -> None:
        self.row(QUOTES, at=at, venue=venue, bid=bid, bid_qty=bid_qty, ask=ask, ask_qty=ask_qty)

    def parent(
        self, parent_id: int, side: int, qty: int, at: int = 0, ends: int = 0, owner: int = CLIENT, limit: int = 0
    ) -> None:
        self.row(PARENTS, at=at, parent_id=parent_id, owner=owner, side=side, qty=qty, limit=limit, ends=ends)

    def parent_end(self, parent_id: int, at: int, status: int = 1, leaves: int = 0) -> None:
        self.row(PARENT_ENDS, at=at, parent_id=parent_id, status=status, leaves_qty=leaves, rounds=1)

    def fill(
        self,
        parent_id: int,
        px: int,
        qty: int,
        at: int,
        order_id: int,
        side: int = BUY,
        fee: int = TAKER_FEE,
        venue: int = NYSE,
    ) -> None:
        """A child that filled whole on arrival, with its order and report rows."""
        self._decision += 1
        child = {"parent_id": parent_id, "decision": self._decision, "venue": venue}
        self.row(CHILDREN, at=at - 1, order_id=order_id, side=side, time_in_force=IOC, price=px, qty=qty, **child)
        self.seq[venue] += 1
        said = {"at": at, "venue": venue, "seq": self.seq[venue], "order_id": order_id, "owner": CLIENT, "side": side}
        self.row(ORDERS, action=0, time_in_force=IOC, price=px, qty=qty, **said)
        self.row(
            REPORTS,
            exec_type=ExecType.TRADE,
            liquidity=Liquidity.TAKER,
            last_px=px,
            last_qty=qty,
            fee=fee * qty,
            **said,
        )

    # -- messages to real books -----------------------------------------------------------------

    def new(
        self, order_id: int, owner: int, side: int, qty: int, price: int, tif: TimeInForce = DAY, venue: int = NYSE
    ) -> None:
        self._handle(NewOrder(order_id, owner, Side(side), qty, price or None, tif), venue)

    def cancel(self, order_id: int, owner: int, venue: int = NYSE) -> None:
        self._handle(CancelOrder(order_id, owner), venue)

    def replace(self, order_id: int, owner: int, qty: int, price: int, venue: int = NYSE) -> None:
        self._handle(ReplaceOrder(order_id, owner, qty, price), venue)

    def close(self, venue: int = NYSE) -> None:
        self.now += 10
        self.seq[venue] += 1
        self._report(self.books[venue].set_state(BookState.CLOSED, self.now), venue)

    def decide(
        self,
        child_id: int,
        qty: int,
        price: int,
        parent_id: int = 1,
        side: int = BUY,
        tif: TimeInForce = IOC,
        venue: int = NYSE,
        seq: int | None = None,
        score: int = 0,
    ) -> None:
        """A decision on the venue's book as it is now (or after message ``seq``) that sends one child there."""
        self._decision += 1
        self.now += 10
        bid, bid_qty, ask, ask_qty = self.books[venue].top()
        about = {"at": self.now, "decision": self._decision, "parent_id": parent_id, "venue": venue}
        seen = {"bid": bid, "bid_qty": bid_qty, "ask": ask, "ask_qty": ask_qty, "score": score}
        self.row(
            DECISIONS, seq=self.seq[venue] if seq is None else seq, quote_at=self.now - 5, sent_qty=qty, **about, **seen
        )
        about |= {"order_id": child_id, "side": side, "time_in_force": tif, "leaves_at": self.now}
        self.row(CHILDREN, price=price, qty=qty, **about)

    def arrive(
        self,
        child_id: int,
        qty: int,
        price: int,
        side: int = BUY,
        tif: TimeInForce = IOC,
        venue: int = NYSE,
        owner: int = CLIENT,
    ) -> None:
        """The child reaches its venue."""
        self.new(child_id, owner, side, qty, price, tif, venue)

    def _handle(self, message: NewOrder | CancelOrder | ReplaceOrder, venue: int) -> None:
        self.now += 10
        self.seq[venue] += 1
        said = {
            "at": self.now,
            "venue": venue,
            "seq": self.seq[venue],
            "order_id": message.order_id,
            "owner": message.owner,
        }
        if isinstance(message, NewOrder):
            terms = {"side": message.side, "time_in_force": message.time_in_force, "qty": message.qty}
            self.row(ORDERS, action=0, price=message.price or 0, **said, **terms)
        elif isinstance(message, CancelOrder):
            self.row(ORDERS, action=1, time_in_force=-1, **said)
        else:
            self.row(ORDERS, action=2, time_in_force=-1, price=message.price, qty=message.qty, **said)
        self._report(self.books[venue].handle(message, self.now), venue)

    def _report(self, reports: list[ExecutionReport], venue: int) -> None:
        self.last_reports = reports
        maker: Any = None
        for report in reports:
            stamps = {"at": report.at, "venue": venue, "seq": self.seq[venue]}
            fee = (MAKER_FEE if report.liquidity is Liquidity.MAKER else TAKER_FEE) * report.last_qty
            names = (
                "order_id",
                "owner",
                "exec_type",
                "reason",
                "side",
                "liquidity",
                "last_px",
                "last_qty",
                "leaves_qty",
            )
            self.row(REPORTS, fee=fee, **stamps, **{name: getattr(report, name) for name in names})
            if report.liquidity is Liquidity.MAKER:
                maker = report
            elif report.liquidity is Liquidity.TAKER:
                sides = {"maker_order": maker.order_id, "taker_order": report.order_id, "maker": maker.owner}
                trade = {"price": report.last_px, "qty": report.last_qty, "side": report.side, "taker": report.owner}
                self.row(TRADES, **stamps, **sides, **trade)
        top = self.books[venue].top()
        if top != self._tops[venue] and VENUES[venue][1] == "lit":
            self._tops[venue] = top
            bid, bid_qty, ask, ask_qty = top
            seq = self.seq[venue]
            self.row(QUOTES, at=self.now, venue=venue, seq=seq, bid=bid, bid_qty=bid_qty, ask=ask, ask_qty=ask_qty)
