"""The command that serves a live market: serve."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from api.mistakes import Mistake
from api.options import AsJson, Out, ScenarioName, Seed, Settings
from api.terminal import FAILED, complain, guarded, print_json, say

PORT = 8731


@guarded
def serve(
    scenario: ScenarioName,
    speed: Annotated[str, typer.Option(help="Simulated seconds per second; max; or paused.")] = "1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="On loopback; 0: a free one.")] = PORT,
    lasting: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="Stop after, as 60s.")] = None,
    settings: Settings = None,
    seed: Seed = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """A running market over HTTP and WebSocket, until it is stopped.

    The first line on stdout is its URL.
    """
    from api.market_process import SpawnedSession
    from api.run_folder import empty_folder
    from scenarios.load import load

    pace, seconds = speed_of(speed), None if lasting is None else seconds_of(lasting)
    loaded = load(scenario, set=settings or (), seed=seed)
    folder = empty_folder(out, f"{loaded.name}-{loaded.seed}")
    from scenarios.live import leave_room_for_the_desk

    leave_room_for_the_desk(loaded)
    from api.serve import MarketDied, listening_socket
    from api.serve import serve as serve_market

    def ready(url: str) -> None:
        if as_json:
            print_json({"url": url, "run_folder": str(folder)})
        else:
            say(url)
            complain(f"{loaded.name} is running; Ctrl-C stops it; run folder: {folder}")

    what = SpawnedSession(scenario, tuple(settings or ()), seed, folder, pace)
    try:
        figures = serve_market(what, listening_socket(port), seconds, ready, complain)
    except MarketDied as death:
        complain(f"the market process died:\n{death}")
        raise typer.Exit(FAILED) from None
    complain(f"stopped at {figures['now'] / 1e9:.6f} s of market time; digest {figures['digest']}; {folder}")


def speed_of(text: str) -> float | Literal["max", "paused"]:
    """A pace.

    >>> speed_of("10"), speed_of("max")
    (10.0, 'max')
    """
    from api.wire import speed
    from scenarios.quantities import QuantityError

    if text == "max":
        return "max"
    if text == "paused":
        return "paused"
    try:
        return float(speed(float(text)))
    except (ValueError, QuantityError):
        raise Mistake(f"--speed {text}: write a number above 0, max, or paused") from None


def seconds_of(text: str) -> float:
    """A wall-clock duration in seconds."""
    from scenarios.quantities import QuantityError, parse_positive_duration

    try:
        return parse_positive_duration(text) / 1e9
    except QuantityError as error:
        raise Mistake(f"--for {error}") from None
