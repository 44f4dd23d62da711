"""All benchmarks, one after the other, each in a process of its own.

python benchmarks/run_all.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("start_up", "book_alone", "plain_path", "flagship", "allocators", "decisions", "risk")


def main() -> int:
    """The number of benchmarks that failed."""
    failed = 0
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        failed += subprocess.run((sys.executable, Path(__file__).with_name(f"{name}.py")), check=False).returncode != 0
        print(flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
