"""What every figure begins and ends with: a sheet of Matplotlib's Agg without global state or display, and its PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI: Final = 150


def sheet(width: float, height: float) -> Figure:
    """A white figure of so many inches, whose panels make room for their text."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")


def write_png(figure: Figure, path: Path | str) -> Path:
    """Write the picture; its folder is made if it is not there. The same figure makes the same bytes."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, format="png", metadata={"Software": "sorsim"})
    return target
