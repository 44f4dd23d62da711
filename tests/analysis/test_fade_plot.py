"""The figure of quote fade is drawn, with every way of sending in every panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from analysis.fade_plot import Curve, Measured, fade_figure
from analysis.leg_survival import Legs

POINTS = [Measured(0, Legs(100, 0)), Measured(50, Legs(100, 30))]


def test_measured_points_stand_with_four_standard_errors_beside_the_law(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: drawn.append(figure))
    curves = {"at once": Curve(POINTS, -43.0), "in turn": Curve(POINTS, None)}
    fade_figure({"NASDAQ": curves, "NYSE": curves}, tmp_path / "fade.png")
    panel: Any = drawn[0].axes[0]
    assert [axes.get_title(loc="left") for axes in drawn[0].axes] == ["NASDAQ", "NYSE"]
    law = [line for line in panel.get_lines() if len(line.get_xdata()) > 2]
    assert len(law) == 1
    (bars,) = (bars for bars in panel.containers if bars.get_label() == "at once")
    (_, (low, high)) = (segment[:, 1] for segment in bars.lines[2][0].get_segments())
    assert high - low == pytest.approx(8 * (0.3 * 0.7 / 100) ** 0.5)


def test_a_picture_is_written(tmp_path: Path) -> None:
    written = fade_figure({"NYSE": {"at once": Curve(POINTS, None)}}, tmp_path / "new" / "fade.png", "Fade")
    assert written.read_bytes().startswith(b"\x89PNG")
