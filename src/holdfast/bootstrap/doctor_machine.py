"""What the doctor looks at around the record: disk, clock, ports, files of keys, machine code."""

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from holdfast.bootstrap.findings import Finding, problem, unknown, warning, well
from holdfast.config import Config
from holdfast.kernel.limits import DISK_FREE_LOW_BYTES

FSYNCS = 20
FSYNC_SLOW_MS = 30.0
"""A commit waits for two or three of these; above it a busy ward notices (our estimate)."""
FSYNC_BAD_MS = 250.0
OPEN_FILES_MIN = 1_024
"""256 monitors, their screens, and the files of the record (our estimate)."""
NOT_FOR_OTHERS = ("signing-key.json", "link-key", "calling.yaml", "holdfast.db", "holdfast.db-wal", "metrics-token")
SECRET = ("signing-key.json", "link-key", "calling.yaml", "metrics-token")
_LOOK_S = 2.0


def disk_space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB are free where the record lies."
    if free < DISK_FREE_LOW_BYTES:
        return problem("disk space", says, "Free some space now, or move the record to a larger disk.")
    if free < 5 * DISK_FREE_LOW_BYTES:
        return warning("disk space", says, "Plan for more: see the forecast.")
    return well("disk space", says)


def disk_speed(folder: Path) -> Finding:
    """How long the disk takes to promise that something stays; every acknowledged message waits for it."""
    times = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as file:
        for _ in range(FSYNCS):
            file.write(b"\0" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    middle, worst = times[len(times) // 2], times[-1]
    says = f"fsync takes {middle:.1f} ms in the middle, {worst:.1f} ms at worst of {FSYNCS}."
    if middle > FSYNC_BAD_MS:
        return problem("disk speed", says, "Put the record on a local solid-state disk; a network folder is no place.")
    if middle > FSYNC_SLOW_MS:
        return warning("disk speed", says, "Alarms and entries wait for this; a local solid-state disk is faster.")
    return well("disk speed", says)


def file_modes(folder: Path) -> list[Finding]:
    """Whether others on this machine can read what they must not."""
    found = []
    for name in NOT_FOR_OTHERS:
        path = folder / name
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        closed_folder = not stat.S_IMODE(folder.stat().st_mode) & 0o077
        if not mode & 0o077 or closed_folder:
            continue
        says, remedy = f"{name} can be read by others on this machine (mode {mode:04o}).", f"chmod 600 {path}"
        found.append(problem("file modes", says, remedy) if name in SECRET else warning("file modes", says, remedy))
    return found or [well("file modes", "Nobody but its owner can read the record and its keys.")]


def owner(folder: Path) -> Finding:
    """Files made by another user than the one that runs Holdfast keep it from writing."""
    mine, theirs = os.geteuid(), folder.stat().st_uid
    strange = [path.name for path in folder.iterdir() if path.stat().st_uid != theirs]
    if strange:
        return problem(
            "owner",
            f"{', '.join(sorted(strange)[:5])} belong to another user than the folder.",
            f"chown -R --reference={folder} {folder}",
        )
    if mine != theirs:
        return warning("owner", "The record belongs to another user than you.", "Run the doctor as the record's owner.")
    return well("owner", "The record belongs to the user who looks.")


def own_clock(now_us: int, newest_us: int | None) -> Finding:
    """Our clock against the record, and whether something keeps it true."""
    if newest_us is not None and now_us < newest_us - 60_000_000:
        behind_min = (newest_us - now_us) / 60e6
        return problem(
            "clock",
            f"This machine's clock is {behind_min:.0f} min behind the newest entry of the record.",
            "Set the clock; until then entries carry the time of the one before them.",
        )
    kept = _clock_is_kept()
    if kept is None:
        return unknown(
            "clock", "Nothing here tells whether the clock is kept true.", "Check that chrony or timesyncd runs."
        )
    if not kept:
        return warning("clock", "Nothing keeps this machine's clock true.", "Turn on chrony or systemd-timesyncd.")
    return well("clock", "The clock is kept true by a time server, and is not behind the record.")


def _clock_is_kept() -> bool | None:
    if Path("/run/systemd/timesync/synchronized").exists():
        return True
    tool = shutil.which("timedatectl")
    if tool is None:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run(  # noqa: S603 - a fixed command without anything from outside
            [tool, "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=_LOOK_S,
            check=False,
        )
        if asked.stdout.strip() in ("yes", "no"):
            return asked.stdout.strip() == "yes"
    return None


def ports(config: Config) -> list[Finding]:
    """Whether Holdfast answers, and whether somebody else sits where it is to listen."""
    running = _answers(config)
    found = []
    for name, host, port, option in (
        ("pages", config.http_host, config.http_port, "--http-port"),
        ("monitors", config.hl7_host, config.hl7_port, "--hl7-port"),
        ("imaging units", config.dicom_host, config.dicom_port, "--dicom-port"),
    ):
        place = f"{host}:{port} ({name})"
        taken = _taken(host, port)
        if running and taken:
            found.append(well("ports", f"{place}: listening."))
        elif running:
            found.append(
                problem("ports", f"{place}: Holdfast runs and nothing listens here.", "Restart it; see its log.")
            )
        elif taken:
            found.append(
                problem("ports", f"{place}: another program sits here.", f"Stop it, or start Holdfast with {option}.")
            )
        else:
            found.append(well("ports", f"{place}: free; Holdfast does not run at this address."))
        elsewhere = host not in ("127.0.0.1", "::1", "localhost") and name == "pages"
        if elsewhere and running != "https" and not (config.secure_cookies or config.tls_certificate):
            found.append(
                warning(
                    "ports",
                    f"{place} is open to the network without TLS: passwords can be read on the way.",
                    "Start with --tls-cert and --tls-key, or put TLS in front of it and start with --secure-cookies.",
                )
            )
    return found


def _answers(config: Config) -> str:
    """``http`` or ``https`` where Holdfast answers, else nothing. Whose certificate it is, another check tells."""
    host = "127.0.0.1" if config.http_host in ("0.0.0.0", "::") else config.http_host  # noqa: S104
    unproved = ssl.create_default_context()
    unproved.check_hostname, unproved.verify_mode = False, ssl.CERT_NONE
    at = f"{host}:{config.http_port}/health/live"
    unheard = OSError, ValueError, http.client.HTTPException
    with contextlib.suppress(*unheard), urllib.request.urlopen(f"http://{at}", timeout=_LOOK_S) as answer:
        if answer.read(3) == b"ok\n":
            return "http"
    with (
        contextlib.suppress(*unheard),
        urllib.request.urlopen(f"https://{at}", timeout=_LOOK_S, context=unproved) as answer,
    ):
        if answer.read(3) == b"ok\n":
            return "https"
    return ""


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError:
            return True
    return False


def machine_code() -> Finding:
    """Whether the loops of the analysis are compiled for this release."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR", ""))
    kept = sum(1 for one in folder.rglob("*.nbc")) if os.environ.get("NUMBA_CACHE_DIR") and folder.is_dir() else 0
    if kept:
        return well("machine code", f"{kept} compiled loops of this release lie in {folder}.")
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not os.access(there, os.W_OK):
        return problem(
            "machine code",
            f"{folder} cannot be written: every start compiles the analysis anew, for a minute or two.",
            "Give the user that runs Holdfast a writable cache: XDG_CACHE_HOME or NUMBA_CACHE_DIR.",
        )
    return warning(
        "machine code",
        "The analysis is not compiled for this release: the next start takes a minute or two.",
        "Start Holdfast once when no animal hangs on it.",
    )


def open_files() -> Finding:
    try:
        import resource
    except ImportError:  # no such limit on this system
        return unknown("open files", "This system does not tell how many files may be open.", "Nothing.")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    says = f"A process of yours may have {soft} files open."
    if soft < OPEN_FILES_MIN:
        return warning("open files", says, "Raise it: ulimit -n 4096, or LimitNOFILE in the service.")
    return well("open files", says)
