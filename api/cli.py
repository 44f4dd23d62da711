"""`sorsim`: the command line. Commands live in `api.running`, `api.recorded`, `api.serving` and modules of their own.

Nothing heavy is imported before a command runs: `sorsim --help` answers in a tenth of a second.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from api import dislocations, export, latencies, races, reconcile, recorded, running, serving, train
from api.terminal import INTERRUPTED

app = typer.Typer(
    name="sorsim",
    help="A simulated, fragmented stock market: run it, compare routing strategies on it, trade on it live.",
    epilog="Exit codes: 0 done; 1 an expectation, a proof or a replay failed, or two runs differ; 2 a mistake in the "
    "input; 3 the simulator contradicts itself; 130 interrupted.",
    rich_markup_mode=None,  # plain help: rich's costs 0.15 s
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "run": running.run,
    "compare": running.compare,
    "check": running.check,
    "latencies": latencies.latencies,
    "list": running.list_scenarios,
    "schema": running.schema,
    "serve": serving.serve,
    "train": train.train,
    "validate": running.validate,
    "replay": recorded.replay,
    "diff": recorded.diff,
    "explain": recorded.explain,
    "export": export.export,
    "races": races.races,
    "dislocations": dislocations.dislocations,
    "reconcile": reconcile.reconcile,
}
for name, command in COMMANDS.items():
    app.command(name)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from sorsim import __version__

        typer.echo(f"sorsim {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
]


@app.callback()
def sorsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="And exit.")
    ] = False,
) -> None:
    """A simulated, fragmented stock market: run it, compare routing strategies on it, trade on it live."""


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:  # while a command's modules are imported
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
