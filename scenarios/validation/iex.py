"""Rows IEX: the discretionary peg and the crumbling-quote signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.quantities import parse_duration
from scenarios.validation.proof import Figures, Found, Market, Proof, Row, expectations_proof, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO = "validation/iex_crumbling"
MARKOUT = parse_duration("10ms")
ALWAYS_OFF = ("venues.IEX.crumbling_quote.threshold=1000",)


def measured(result: RunResult) -> Figures:
    """What became of the pegs, and how good the signal was."""
    from analysis.fills import shares_and_prices
    from analysis.quote_signals import resting_markout, signal_quality

    quality = signal_quality(result.tables, "IEX")
    markout, shares = resting_markout(result.tables, "pegged_liquidity", MARKOUT)
    return {
        "on_share": quality.on_share,
        "predicted": quality.predicted / max(1, quality.moves),
        "followed": quality.followed / max(1, quality.firings),
        "markout": markout,
        "resting shares": float(shares),
        "taken": shares_and_prices(result.tables)["takers"][0],
    }


ON = Market("IEX signal on", SCENARIO, measure=measured)
OFF = Market("IEX signal off", SCENARIO, ALWAYS_OFF, measured)


def _signal(found: Found) -> list[Row]:
    on, predicted = found.mean(ON.name, "on_share"), found.mean(ON.name, "predicted")
    followed = found.mean(ON.name, "followed")
    effect = f"on {text_of(on, 100, '%')} of the time; told of {text_of(predicted, 100, '%')} of the adverse moves"
    return [
        Row(
            "IEX signal",
            "the signal is on for less than 1 % of the time and tells of more than a quarter of the adverse moves",
            f"{effect}; {text_of(followed, 100, '%')} of its firings were followed by one",
            on.high < 0.01 and predicted.low > 0.25,
        )
    ]


def _pegs(found: Found) -> list[Row]:
    better = found.difference(ON.name, OFF.name, "markout")
    taken = found.difference(ON.name, OFF.name, "taken")
    return [
        Row(
            "IEX markout",
            "discretionary pegs that rested: their 10 ms markout is better with the signal than without, seed by seed",
            f"cents a share {text_of(better, 100)}; shares sold to them as the quote crumbled {text_of(taken)}",
            better.low > 0 and taken.high < 0,
        )
    ]


PROOFS: tuple[Proof, ...] = (
    expectations_proof(
        "IEX vectors, signal off",
        "IEX's discretionary peg at $10.10 x $10.14: an ISO trades at its resting price, others by least discretion",
        "validation/iex_vectors",
    ),
    expectations_proof(
        "IEX vectors, signal on",
        "the same while the quote of its side crumbles: only the ISO at the resting price trades",
        "validation/iex_vectors_crumbling",
    ),
    Proof("IEX signal", (ON,), _signal),
    Proof("IEX markout", (ON, OFF), _pegs),
)
