"""`sorsim replay`: a recorded run once more, to the same digest; a served session from its journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.journal import NAME as JOURNAL
from api.mistakes import Mistake
from api.terminal import Progress


@dataclass(frozen=True)
class Replay:
    """A run and its repetition. ``versions`` are those of then and of now, by package."""

    folder: str
    recorded: str
    digest: str
    versions: dict[str, tuple[str | None, str | None]]

    @property
    def same(self) -> bool:
        """Did every event come again?"""
        return self.recorded == self.digest

    @property
    def changed_versions(self) -> dict[str, tuple[str | None, str | None]]:
        """Packages that are not what they were."""
        return {name: pair for name, pair in self.versions.items() if pair[0] != pair[1]}

    def __str__(self) -> str:
        lines = [f"recorded {self.recorded}", f"replayed {self.digest}"]
        lines += [f"version of {name}: then {then}, now {now}" for name, (then, now) in self.changed_versions.items()]
        if self.same:
            return "\n".join([*lines, "the same run, event for event"])
        why = "other versions can explain it" if self.changed_versions else "same versions: a bug, or an edited folder"
        compare = "run it again into a folder and use `sorsim diff` to see the first event that differs"
        return "\n".join([*lines, f"NOT the same run ({why}); {compare}"])

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        changed = {name: {"then": then, "now": now} for name, (then, now) in self.changed_versions.items()}
        return {"run": self.folder, "same": self.same, "recorded": self.recorded, "digest": self.digest} | {
            "changed_versions": changed
        }


def replay_run(folder: Path, files: Path | None = None, progress: Progress | None = None) -> Replay:
    """Run a run folder's scenario again.

    Args:
        files: where files are that the scenario names, such as strategies of one's own; where they were when the run
            was made, unless given.

    Raises:
        Mistake: the folder is not that of a finished run.
        ScenarioError: the scenario cannot be loaded.
    """
    from scenarios.build import versions
    from scenarios.load import scenario_of
    from scenarios.source import read

    summary, market = _json_of(folder, "summary.json"), _json_of(folder, "market.json")
    document = read(folder / "scenario.yaml")
    document.folder = files or Path(market.get("folder", folder))
    scenario = scenario_of(document)
    if (folder / JOURNAL).exists():
        from api.session import repeat_session

        digest = repeat_session(scenario, folder, progress)
    else:
        from scenarios.run import run

        digest = run(scenario, progress=progress).digest
    then, now = market.get("versions", {}), versions()
    pairs = {name: (then.get(name), now.get(name)) for name in sorted({*then, *now})}
    return Replay(str(folder), str(summary.get("digest")), digest, pairs)


def _json_of(folder: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "a run folder is what `sorsim run --out DIR` writes"
        raise Mistake(f"{folder}: no {name}; {hint}, and a session that was cut off has none") from None
    except ValueError as error:
        raise Mistake(f"{folder / name}: is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise Mistake(f"{folder / name}: is not a JSON object")
    return content
