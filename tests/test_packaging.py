"""What the service unit and the container file start is what the command understands, and nobody starts as root."""

import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest

from holdfast.cli import main as command

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "packaging" / "Dockerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "packaging" / "holdfast.service").read_text(encoding="utf-8")


def lines_of(verb: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{verb} (.+)$", joined, re.MULTILINE)


def container_command() -> list[str]:
    *_, cmd = lines_of("CMD")
    return list(re.findall(r'"([^"]*)"', cmd))


def unit_command() -> list[str]:
    (start,) = re.findall(r"^ExecStart=(.+)$", UNIT, re.MULTILINE)
    return shlex.split(start)[1:]


@pytest.mark.parametrize("arguments", [container_command(), unit_command()])
def test_the_command_understands_what_they_start(arguments: list[str]) -> None:
    options = command._parser().parse_args(arguments)
    assert options.run is command._serve
    assert options.log_json


def test_the_container_runs_as_nobody_special_and_copies_what_is_there() -> None:
    assert lines_of("USER") == ["10001:10001"]
    copied = [part for line in lines_of("COPY") if "--from" not in line for part in line.split()[:-1]]
    assert copied
    assert all((ROOT / part).exists() for part in copied)
    ignored = (ROOT / "packaging" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {f"!{part.removeprefix('./')}" for part in copied} <= set(ignored)


def test_the_service_has_an_account_of_its_own_and_its_folders() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(UNIT)
    service = unit["Service"]
    assert service["User"] == "holdfast"
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["UMask"]) == ("yes", "strict", "0077")
    homes = re.findall(r"^Environment=\w+=/var/(\w+)/(\w+)$", UNIT, re.MULTILINE)
    assert homes == [("lib", service["StateDirectory"]), ("cache", service["CacheDirectory"])]
