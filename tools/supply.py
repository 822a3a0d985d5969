"""What Holdfast is made of: a bill of materials from the lock file, and an audit of it.

    python tools/supply.py sbom [FILE]     CycloneDX 1.6 as JSON, to FILE or standard output
    python tools/supply.py audit           known vulnerabilities, by pip-audit; 0 none, 1 some, 3 NOT AUDITED

It needs nothing but Python; the audit needs pip-audit, and the network that pip-audit asks.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
NOT_AUDITED = 3
_LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")


def parts(lock: str) -> list[tuple[str, str, str]]:
    """(name, version, environment marker) of each line of a lock file, in its order."""
    return [(m[1], m[2], m[3] or "") for line in lock.splitlines() if (m := _LINE.match(line))]


def bill(lock: str, version: str) -> dict[str, object]:
    """The same lock gives the same bill: its serial number is made of what it lists, and no moment stands in it."""
    components = [component(*part) for part in parts(lock)]
    listed = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'holdfast {version} {listed}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "holdfast",
                "name": "holdfast",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": "holdfast", "dependsOn": [one["bom-ref"] for one in components]}],
    }


def component(name: str, version: str, marker: str) -> dict[str, object]:
    package_url = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    made: dict[str, object] = {
        "type": "library",
        "bom-ref": package_url if not marker else f"{package_url}?marker={uuid.uuid5(uuid.NAMESPACE_URL, marker)}",
        "name": name,
        "version": version,
        "purl": package_url,
    }
    if expression := licence(name, version):
        made["licenses"] = [{"expression": expression}]
    if marker:
        made["properties"] = [{"name": "python:marker", "value": marker}]
    return made


def licence(name: str, version: str) -> str:
    """The SPDX expression that the installed part states of itself; empty when this version is not installed here or
    states none."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ""
    return found.metadata.get("License-Expression", "") if found.version == version else ""


def audit(lock: Path) -> int:
    """Never silent: an audit that was not made says so and does not pass."""
    tool = shutil.which("pip-audit")
    if tool is None:
        print("NOT AUDITED: pip-audit is not installed. Install it (pip install pip-audit) and run this again.")
        return NOT_AUDITED
    command = [tool, "--requirement", str(lock), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - nothing of it is input
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"NOT AUDITED: pip-audit could not finish: {last}")
        return NOT_AUDITED
    skipped = [one["name"] for one in found if "skip_reason" in one]
    known = [(one["name"], one["version"], bug["id"]) for one in found for bug in one.get("vulns", ())]
    for name, version, bug in known:
        print(f"{name} {version}: {bug}")
    if skipped:
        print(f"NOT AUDITED: {', '.join(skipped)}.")
    print(f"{len(found) - len(skipped)} parts audited, {len(known)} known vulnerabilities.")
    return 1 if known else NOT_AUDITED if skipped else 0


def main(arguments: list[str]) -> int:
    if arguments == ["audit"]:
        return audit(LOCK)
    if arguments[:1] == ["sbom"] and len(arguments) <= 2:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        text = json.dumps(bill(LOCK.read_text(), version), indent=2) + "\n"
        if len(arguments) == 2:
            Path(arguments[1]).write_text(text)
        else:
            print(text, end="")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
