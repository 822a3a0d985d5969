"""``holdfast doctor``: printed for a person or as JSON."""

import json
from dataclasses import asdict
from pathlib import Path

from holdfast.bootstrap.doctor import examine
from holdfast.bootstrap.findings import Finding, State
from holdfast.config import Config

_MARKS = {State.PROBLEM: "PROBLEM", State.WARNING: "WARNING", State.UNKNOWN: "unknown", State.WELL: "well"}
_ORDER = list(State)
EXIT_PROBLEM = 1


def doctor(config: Config, *, whole: bool, certificate: Path | None, certificate_name: str, as_json: bool) -> int:
    """Print what was found, the worst first; 1 when anything is a problem, else 0."""
    looked = examine(config, whole=whole, certificate=certificate, certificate_name=certificate_name)
    found = sorted(looked, key=lambda one: _ORDER.index(one.state))
    bad = any(one.state is State.PROBLEM for one in found)
    if as_json:
        print(json.dumps({"ok": not bad, "findings": [asdict(one) for one in found]}))
    else:
        print("\n".join(lines(found)))
    return EXIT_PROBLEM if bad else 0


def lines(found: list[Finding]) -> list[str]:
    made = []
    for one in found:
        made.append(f"{_MARKS[one.state]:<8} {one.check}: {one.says}")
        if one.remedy and one.state is not State.WELL:
            made.append(f"{'':<8} -> {one.remedy}")
    counts = {state: sum(one.state is state for one in found) for state in State}
    made.append(", ".join(f"{count} {state}" for state, count in counts.items() if count))
    return made
