"""Write the exports of this folder again: `python -m tests.analysis.races tests/analysis/races`.

Each is one venue's messages of a small market or flow (`CASES`). What the authors' published program (version 1.1)
finds in them is in `races.json`; that program is no part of this project. A new export needs its answer.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.analysis.races.cases import CASES, write

if __name__ == "__main__":
    for case in CASES:
        write(case, Path(sys.argv[1]))
