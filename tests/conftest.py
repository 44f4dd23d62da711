"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("sorsim", derandomize=True, deadline=None)
settings.load_profile("sorsim")
"""The same examples in every run on every machine, and no verdict from a clock."""

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of local market data: SORSIM_DATA, or ``shared/data`` beside the checkout; skips without it.

    The data belongs to its publishers and is in no commit and no package.
    """
    stated = os.environ.get("SORSIM_DATA")
    folder = Path(stated) if stated else CHECKOUT.parent / "shared" / "data"
    if stated and not folder.is_dir():
        pytest.fail(f"SORSIM_DATA={stated} is not a folder; name the folder of market data or unset it")
    if not folder.is_dir():
        pytest.skip("market data folder not found; set SORSIM_DATA")
    return folder
