"""What the clinic configured: ``calling.yaml`` in the folder of the record. Without it nothing is ever sent.

The file holds secrets (the password of a mail account). No error and no log line repeats anything of it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from holdfast.gateways import settings_file
from holdfast.kernel.errors import OperatorError

FILE = "calling.yaml"
TO = "{to}"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,19}")
PAGE = "docs/reference/calling.md"
_REMEDY = f"See {PAGE}."


@dataclass(frozen=True)
class Settings:
    """Where links lead, and a template of an address for each channel."""

    address: str = ""
    templates: dict[str, str] = field(default_factory=dict, repr=False)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    address: str = ""
    channels: dict[str, str] = {}


def read_settings(folder: Path) -> Settings:
    """The settings of this folder; empty when there is no file. Raises ``OperatorError``."""
    path = folder / FILE
    file = settings_file.read(path, _File, see=PAGE, secret=True) or _File()
    for name, template in file.channels.items():
        if not _NAME.fullmatch(name):
            raise OperatorError(f"{path}: a channel's name is not of small letters and digits.", _REMEDY)
        if template.count(TO) != 1:
            raise OperatorError(f"{path}: the channel {name!r} does not say {TO} exactly once.", _REMEDY)
    if file.address and not file.address.startswith(("http://", "https://")):
        raise OperatorError(f"{path}: the address does not begin with https://.", _REMEDY)
    return Settings(file.address.rstrip("/"), dict(file.channels))
