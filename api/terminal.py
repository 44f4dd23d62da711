"""The screen: tables on stdout, progress and complaints on stderr, and the exit code.

Exit codes
    0    done
    1    an expectation, a `validate` row or a replay failed; two runs differ; a served market died
    2    a mistake in the input
    3    the simulator contradicts itself: a bug of ours, please report it with the text
    130  Ctrl-C
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import typer

from api.mistakes import Mistake

DONE, FAILED, MISTAKE, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130

WIDTH_OF_A_FILE: Final = 400
"""Columns of a table that goes into a file or a pipe."""

Progress = Callable[[int, int], None]
"""(done, in all)."""

Command = TypeVar("Command", bound=Callable[..., None])


def guarded(command: Command) -> Command:
    """Turn what may go wrong into a message and an exit code, never into a traceback of the user's mistake."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader of our output has gone, as in `sorsim list | head -1`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            if kwargs.get("as_json"):
                print_json(_as_json(error))
            complain(str(error))
            raise typer.Exit(code) from None

    return run  # type: ignore[return-value]


def _exit_code(error: Exception) -> int | None:
    """None: nothing we know of; a traceback helps more."""
    if isinstance(error, (Mistake, OSError)):
        return MISTAKE
    from scenarios.faults import is_broken_invariant, is_input_mistake

    return MISTAKE if is_input_mistake(error) else BROKEN if is_broken_invariant(error) else None


def _as_json(error: Exception) -> dict[str, Any]:
    problems = getattr(error, "problems", None)
    told: dict[str, Any] = {"error": {"code": type(error).__name__, "message": str(error)}}
    if isinstance(problems, tuple):
        told["error"]["problems"] = [
            {name: getattr(problem, name) for name in ("file", "line", "column", "path", "message")}
            for problem in problems
        ]
    return told


def complain(text: str) -> None:
    """Say what is wrong, on stderr."""
    sys.stdout.flush()
    typer.echo(text, err=True)


def say(text: str = "") -> None:
    """A line, or several, of results."""
    typer.echo(text)


def print_json(value: Any) -> None:
    """The one JSON object of ``--json``."""
    say(json.dumps(value, indent=1, allow_nan=False))


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A bar on stderr while something runs; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1) -> None:
    """A table; the first columns are text, the others numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    for index, heading in enumerate(headings):
        is_text = index < text_columns
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=is_text and index == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if title:
        say(title)
    Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE, highlight=False).print(table)
    say()
