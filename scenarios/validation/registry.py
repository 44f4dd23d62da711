"""All proofs, in the order of `sorsim validate`."""

from __future__ import annotations

from scenarios.validation import (
    ecology,
    flagship,
    lead_lag,
    leakage,
    learned,
    limit_orders,
    look_ahead,
    nj_fade,
    race_wins,
    recorded,
    sniping,
)
from scenarios.validation.proof import Proof

PROOFS: tuple[Proof, ...] = (
    *flagship.PROOFS,
    *nj_fade.PROOFS,
    *race_wins.PROOFS,
    *leakage.PROOFS,
    *ecology.PROOFS,
    *recorded.PROOFS,
    *sniping.PROOFS,
    *lead_lag.PROOFS,
    *limit_orders.PROOFS,
    *look_ahead.PROOFS,
    *learned.PROOFS,
)
