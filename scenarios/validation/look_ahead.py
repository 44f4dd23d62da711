"""Rows "look-ahead ...": a view that shows the future is found out, and the router's shows none.

The hunt is a scenario in which each order arrives a nanosecond before the news that its quote is gone, run as it is and
with the router's feeds read a nanosecond ahead. The watch is a router in the flagship scenario that looks again and
again while everybody trades: nothing it is shown may have arrived later than now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agents.strategy import Actions, StrategyRun, View
from scenarios.validation.proof import FAILED, Figures, Found, Market, Proof, Row, expected_figures

if TYPE_CHECKING:
    from agents.orders import ParentOrder
    from agents.router import Router
    from scenarios.model import Scenario
    from scenarios.run import RunResult
    from venues.messages import Quote
    from venues.protocols import QuoteBoard

AHEAD: Final = 1
"""ns"""

LOOK_EVERY: Final = 20_000
"""ns between two looks of the watch."""

LOOKS: Final = 200_000


class ReadAhead:
    """A board that shows what will have arrived a little later: the mistake that the hunt is after."""

    def __init__(self, board: QuoteBoard, ahead: int) -> None:
        self._board = board
        self._ahead = ahead

    def latest(self, now: int) -> list[tuple[str, Quote, int]]:
        """The quotes of ``now`` and a little."""
        return self._board.latest(now + self._ahead)

    def recent(self, venue: str, now: int) -> list[Quote]:
        """Those of ``now`` and a little."""
        return self._board.recent(venue, now + self._ahead)

    def count_prints(self) -> None:
        """As the board."""
        self._board.count_prints()

    def printed_qty(self, now: int) -> int:
        """The shares of ``now`` and a little."""
        return self._board.printed_qty(now + self._ahead)


class Watch:
    """A strategy that never sends and looks all the time.

    ``late`` counts quotes that had not arrived, or were not made, when they were shown, and quotes told
    of late that were newer than the one shown.
    """

    def __init__(self, looks: int = LOOKS, every: int = LOOK_EVERY) -> None:
        self.quotes = 0
        self.late = 0
        self._looks = looks
        self._every = every

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Look."""
        for _ in range(self._looks):
            yield Actions(wake=("at", view.now + self._every))
            for quote in view.quotes():
                self.quotes += 1
                self.late += quote.arrived_at > view.now or quote.at >= view.now
                self.late += any(told.seq > quote.seq for told in view.recent(quote.venue)[-1:])


def fill_rate_ahead(scenario: Scenario, seed: int, ahead: int = AHEAD) -> float:
    """The client's fill rate when its feeds are read so many ns ahead."""
    from scenarios.build import build
    from scenarios.run import result_of, run_market
    from sim.log import EventLog

    log = EventLog()
    market = build(scenario, log, seed)
    client: Router = market.agents["client"]  # type: ignore[assignment]
    client.board = ReadAhead(client.board, ahead)
    return float(result_of(market, log, run_market(market)).summary.iloc[0]["fill_rate"])


def hunt(result: RunResult) -> Figures:
    """The scenario's own expectations, and its client's fill rate with and without a look ahead."""
    figures = expected_figures(result)
    return {**figures, "ahead": fill_rate_ahead(result.scenario, result.seed)}


def watched(scenario: Scenario, seed: int, watch: Watch, feed: str = "direct") -> Watch:
    """Let a watch look at a market from its client's place."""
    from scenarios.build import build
    from scenarios.run import run_market
    from sim.log import EventLog
    from venues.messages import Side

    market = build(scenario, EventLog(enabled=False), seed)
    client: Router = market.agents["client"]  # type: ignore[assignment]
    market.env.call_at(scenario.warm_up, lambda _: client.submit(Side.BUY, 1, None, scenario.duration, watch))
    run_market(market)
    return watch


def watch(result: RunResult) -> Figures:
    """How many quotes were looked at, and how many had not arrived."""
    seen = watched(result.scenario, result.seed, Watch())
    return {"quotes": float(seen.quotes), "late": float(seen.late)}


HUNT: Final = Market("look-ahead hunt", "validation/look_ahead", (), hunt, runs=1)
DIRECT: Final = Market("look-ahead watch direct", "us_equities", ("duration=7s",), watch, runs=1)
SIP: Final = Market("look-ahead watch sip", "us_equities", ("duration=7s", "agents.client.feed=sip"), watch, runs=1)


def _hunted(found: Found) -> list[Row]:
    honest, ahead = found.total(HUNT.name, "client.fill_rate"), found.total(HUNT.name, "ahead")
    claim = (
        "orders that arrive 1 ns before the news that their quote is gone fill never; with a view of now + 1 ns always"
    )
    passed = not found.total(HUNT.name, FAILED) and honest == 0 and ahead == 1
    return [Row("look-ahead hunt", claim, f"fill rate {honest:g}; a nanosecond ahead {ahead:g}", passed)]


def _watched(found: Found) -> list[Row]:
    rows = []
    for market, feed in ((DIRECT, "direct feeds"), (SIP, "the SIP")):
        quotes, late = found.total(market.name, "quotes"), found.total(market.name, "late")
        claim = f"no quote that a router of {feed} is shown had not arrived, in a million looks at one"
        effect = f"{late:,.0f} of {quotes:,.0f} quotes"
        rows.append(Row(market.name, claim, effect, quotes >= 1_000_000 and late == 0))
    return rows


PROOFS = (Proof("look-ahead hunt", (HUNT,), _hunted), Proof("look-ahead watch", (DIRECT, SIP), _watched))
