"""Calibration of the two forests: what was predicted out of sample against what came.

Drawn with Matplotlib's Agg on a figure of its own: no global state, no display.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.canvas import sheet, write_png
from analysis.learning.forests import Calibration, Scores
from analysis.palette import FAINT, INK, LIT, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def calibration_figure(
    fills: Calibration, fill_scores: Scores, moves: Calibration, move_scores: Scores, path: Path | str
) -> Path:
    """Draw both forests' calibration, with two standard errors.

    Args:
        moves: in price units of $0.0001.
        path: the PNG to write; its folder is made if it is not there.
    """
    figure = sheet(10.0, 4.6)
    left, right = figure.subplots(1, 2)
    _panel(left, fills, fill_scores, "part of the displayed shares that is had", 1.0)
    _panel(right, moves, move_scores, "move of the mid in the order's direction, cents", 0.01)
    title = f"Predicted against found on {fill_scores.rows:,} children of seeds that the forests never saw"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", color=INK)
    return write_png(figure, path)


def _panel(axes: Axes, points: Calibration, scores: Scores, what: str, scale: float) -> None:
    predicted, found = scale * points.predicted, scale * points.found
    low, high = min(predicted.min(), found.min()), max(predicted.max(), found.max())
    axes.plot([low, high], [low, high], color=FAINT, linewidth=1, linestyle="--", label="as predicted")
    axes.errorbar(
        predicted, found, yerr=2 * scale * points.error, fmt="o", color=LIT[0], capsize=3, label="found, 2 s.e."
    )
    axes.set_title(f"{what}: skill {scores.skill:.1%}", loc="left", fontsize=10, color=INK)
    axes.set_xlabel("predicted, tenths of the rows")
    axes.set_ylabel("found")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.legend(frameon=False)
