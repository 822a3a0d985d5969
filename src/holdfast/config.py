"""Where things are. One frozen value, read once at the start."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """Addresses and folders of one running Holdfast."""

    data_dir: Path
    http_host: str = "127.0.0.1"
    """Loopback until told otherwise: opening it to the ward is a decision."""
    http_port: int = 8080
    hl7_host: str = "127.0.0.1"
    hl7_port: int = 2575
    utc_offset_min: int = 0
    """Offset of device times that come without one."""
    demo: str = ""
    """Words that say what kind of demonstration this is; empty for a real ward."""
    secure_cookies: bool = False
    """Set when TLS ends in front of Holdfast."""

    @property
    def database(self) -> Path:
        return self.data_dir / "holdfast.db"

    @property
    def http_address(self) -> str:
        return f"http://{self.http_host}:{self.http_port}"


def default_data_dir() -> Path:
    """``$HOLDFAST_HOME``, or ``~/.local/share/holdfast``."""
    chosen = os.environ.get("HOLDFAST_HOME")
    return Path(chosen) if chosen else Path.home() / ".local" / "share" / "holdfast"
