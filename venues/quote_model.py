"""The numbers of a crumbling-quote signal: whole ten-thousandths, so that two machines never differ.

The probability that a quote is about to get worse is 1 / (1 + exp(-x)), x = the weighted sum below. It is above p when
x is above log(p / (1 - p)); the signal compares x itself, so no exponential is taken.

Source: IEX Trading Alert 2016-038 and SR-IEX-2016-11, the calculation of August 2016, for `constant` to `two_left`.
The weight of `leaders_left` is as remembered and was not checked; the threshold, a probability of one half, is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTS: Final = 10_000
"""Parts of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Weights, in ten-thousandths, of what a venue counts of the other venues' protected quotes.

    ``near``, ``far``: venues at the best price of the side in question, at that of the other side, now;
    ``near_before``, ``far_before``: the same a window ago, or since the best price of that side last changed;
    ``two_left``: 1 when the last two updates were of venues that left the near price, else 0;
    ``leaders_left``: leading venues that left the near price within the window.
    """

    constant: int = -13_493
    near: int = -11_409
    far: int = 2_671
    near_before: int = 5_141
    far_before: int = -1_970
    two_left: int = 1_347
    leaders_left: int = 6_862

    def weigh(self, near: int, far: int, near_before: int, far_before: int, two_left: bool, leaders_left: int) -> int:
        """The weighted sum, in ten-thousandths.

        >>> Coefficients().weigh(near=1, far=7, near_before=7, far_before=7, two_left=True, leaders_left=3)
        37925
        """
        return (
            self.constant
            + self.near * near
            + self.far * far
            + self.near_before * near_before
            + self.far_before * far_before
            + self.two_left * two_left
            + self.leaders_left * leaders_left
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTerms:
    """``window``, ``hold``: ns; ``threshold``: of the weighted sum, ten-thousandths; ``leaders`` None: all venues.

    ``least_left``: venues that must have left the near price within the window for the signal to go on.
    """

    window: int = 1_000_000
    hold: int = 2_000_000
    threshold: int = 0
    least_left: int = 1
    leaders: tuple[str, ...] | None = None
    coefficients: Coefficients = Coefficients()
