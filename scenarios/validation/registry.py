"""All proofs, in the order of `sorsim validate`."""

from __future__ import annotations

from scenarios.validation import (
    algos,
    calibrated_races,
    ck_engine,
    competing,
    dislocated,
    ecology,
    flagship,
    iex,
    lead_lag,
    leakage,
    learned,
    limit_orders,
    look_ahead,
    nj_fade,
    placements,
    race_wins,
    recorded,
    routing,
    sniping,
    trade_throughs,
)
from scenarios.validation.proof import Proof

PROOFS: tuple[Proof, ...] = (
    *flagship.PROOFS,
    *nj_fade.PROOFS,
    *race_wins.PROOFS,
    *leakage.PROOFS,
    *ecology.PROOFS,
    *placements.PROOFS,
    *ck_engine.PROOFS,
    *calibrated_races.PROOFS,
    *trade_throughs.PROOFS,
    *recorded.PROOFS,
    *sniping.PROOFS,
    *lead_lag.PROOFS,
    *limit_orders.PROOFS,
    *look_ahead.PROOFS,
    *routing.PROOFS,
    *learned.PROOFS,
    *competing.PROOFS,
    *dislocated.PROOFS,
    *iex.PROOFS,
    *algos.PROOFS,
)
