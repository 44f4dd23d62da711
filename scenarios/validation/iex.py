"""Rows IEX: the discretionary peg and the crumbling-quote signal."""

from __future__ import annotations

from scenarios.validation.proof import Proof, expectations_proof

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
)
