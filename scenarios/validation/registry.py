"""All proofs, in the order of `sorsim validate`."""

from __future__ import annotations

from scenarios.validation import flagship, nj_fade, recorded, sniping
from scenarios.validation.proof import Proof

PROOFS: tuple[Proof, ...] = (
    *flagship.PROOFS,
    *nj_fade.PROOFS,
    *recorded.PROOFS,
    *sniping.PROOFS,
)
