"""Which legs of a sweep came through: child orders that got all the displayed shares they aimed at, by venue.

Also the law that they follow when everybody's ways are known: the leg to venue k, there at d_k, finds its shares unless
a reader of the first fill (venue 1, at d_1) is there before it, at d_1 + reaction + way from 1 to k:

    margin_k = d_1 + reaction + m_1k - d_k;  deterministic legs survive if margin_k >= 0.

At margin 0 both arrive in the same nanosecond, and the venue serves first what was put on its last wire first: the leg,
unless the last piece of the reader's way (from its host beside the venue) is longer than the leg itself.
With normal jitter of standard deviation s on each leg, independently: P(survive) = Phi(margin_k / (s sqrt 2)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.attribution import attribute
from analysis.tables import RunTables


@dataclass(frozen=True, slots=True)
class Legs:
    """Children sent to a venue at displayed size, and how many of them got all that they aimed at."""

    sent: int
    survived: int

    @property
    def share(self) -> float:
        """Survivors over sent; not a number without any."""
        return self.survived / self.sent if self.sent else math.nan

    def __add__(self, other: Legs) -> Legs:
        """Both together."""
        return Legs(self.sent + other.sent, self.survived + other.survived)


def leg_survival(tables: RunTables) -> dict[str, Legs]:
    """By lit venue, the legs of all routers that aimed at displayed shares there."""
    who = tables.directory
    found = {who.venue(venue): Legs(0, 0) for venue in who.venues if who.is_lit(venue)}
    for target in attribute(tables).targets:
        if target.target:
            found[who.venue(target.venue)] += Legs(1, int(not target.missed))
    return found


def survival_probability(margin: float, sd: float) -> float:
    """P(survive) of a leg with this margin when both legs jitter with this standard deviation, in the same unit.

    >>> round(survival_probability(-43, 20), 3), round(survival_probability(143, 100), 3), survival_probability(0, 0)
    (0.064, 0.844, 1.0)

    Raises:
        ValueError: the standard deviation is negative.
    """
    if sd < 0:
        raise ValueError(f"standard deviation {sd}: write 0 or more")
    if not sd:
        return float(margin >= 0)
    return math.erfc(-margin / (2 * sd)) / 2


def errors_off(seen: Legs, probability: float) -> float:
    """How many standard errors the survivors lie from what the probability lets expect; infinite where it is certain.

    >>> round(errors_off(Legs(400, 220), 0.5), 9)
    2.0
    """
    error = math.sqrt(probability * (1 - probability) / seen.sent) if seen.sent else math.nan
    off = abs(seen.share - probability)
    return off / error if error else (0.0 if not off else math.inf)
