"""Where things are. One frozen value, read once at the start."""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

DATABASE_FILE = "holdfast.db"


@dataclass(frozen=True)
class Config:
    """Addresses and folders of one running Holdfast."""

    data_dir: Path
    postgres: str = ""
    """Address of the PostgreSQL database that holds the record (``postgresql://...``); empty: a file in the folder."""
    http_host: str = "127.0.0.1"
    """Loopback until told otherwise: opening it to the ward is a decision."""
    http_port: int = 8080
    hl7_host: str = "127.0.0.1"
    hl7_port: int = 2575
    dicom_host: str = "127.0.0.1"
    dicom_port: int = 11112
    dicom_peers: tuple[str, ...] = ()
    """``AETITLE@ADDRESS`` or ``AETITLE@ADDRESS:PORT`` of each imaging unit; without any, only this machine may send."""
    hl7_peers: tuple[str, ...] = ()
    """Address or network of each monitor or gateway; without any, only this machine may send."""
    utc_offset_min: int = 0
    """Offset of device times that come without one."""
    alarms_to: str = ""
    """``HOST:PORT`` of a system that takes our alarms (IHE PCD-04); empty: none does."""
    demo: str = ""
    """Words that say what kind of demonstration this is; empty for a real ward."""
    metrics_token_file: Path | None = None
    """File with the token that opens the figures from other machines; without it only this machine reads them."""
    secure_cookies: bool = False
    """Set when TLS ends in front of Holdfast."""
    plain_http: bool = False
    """Serve pages to other machines without TLS: stated, never fallen into."""
    tls_certificate: Path | None = None
    """PEM; with it the pages are served over TLS."""
    tls_key: Path | None = None
    tls_clients: Path | None = None
    """PEM of the authorities whose certificate a monitor or an imaging unit must show."""
    hl7_tls: bool = False
    dicom_tls: bool = False
    second_factor_roles: tuple[str, ...] = ()
    """Roles that reach nothing without a second factor."""

    @property
    def database(self) -> Path | str:
        """The file, or the address, which may hold a password: never to be shown as it is."""
        return self.postgres or self.data_dir / DATABASE_FILE

    @property
    def films(self) -> Path:
        """Folder of the pictures, as they were sent."""
        return self.data_dir / "films"

    @property
    def http_address(self) -> str:
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://{self.http_host}:{self.http_port}"


def default_data_dir() -> Path:
    """``$HOLDFAST_HOME``, or ``~/.local/share/holdfast``."""
    chosen = os.environ.get("HOLDFAST_HOME")
    return Path(chosen) if chosen else Path.home() / ".local" / "share" / "holdfast"


def default_postgres() -> str:
    """``$HOLDFAST_DATABASE``; empty for the file in the folder of the record."""
    return os.environ.get("HOLDFAST_DATABASE", "")


def keep_machine_code() -> None:
    """Give compiled loops (``kernel.compiled``) a folder of their own for each state of the sources.

    numba looks for a change only in the file of a loop, not in the loops that it calls from other files: after an
    update it would go on with old machine code. To be called before they are imported; ``NUMBA_CACHE_DIR``
    has its way.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    os.environ["NUMBA_CACHE_DIR"] = str(caches() / "machine-code" / _state_of_loops())


def caches() -> Path:
    """Where what can be made anew is kept between starts."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "holdfast"


def machine_code_is_kept() -> bool:
    """Whether an earlier start with these sources had everything compiled: then it takes seconds, not minutes."""
    return _prepared().is_file()


def note_machine_code_kept() -> None:
    """Everything that a start needs has been compiled. Without a folder to write it in, it is not noted."""
    with contextlib.suppress(OSError):
        _prepared().touch()


def _prepared() -> Path:
    return Path(os.environ.get("NUMBA_CACHE_DIR", "")) / f"prepared-{_state_of_loops()}"


def _state_of_loops() -> str:
    here = Path(__file__).parent
    sources = [
        here / "kernel" / "compiled.py",
        here / "reasoning" / "weighing.py",
        *sorted((here / "signals").glob("*.py")),
    ]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
