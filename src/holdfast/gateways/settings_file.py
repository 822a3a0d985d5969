"""How a file of settings that the clinic wrote (YAML, in the folder of the record) is read."""

from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import OperatorError

T = TypeVar("T")


def read(path: Path, shape: type[T], *, see: str, secret: bool = False) -> T | None:
    """What the file says; None when there is none. Raises ``OperatorError``.

    ``see``: the page about it. ``secret``: nobody else on this machine may read it, and no error repeats any of it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise OperatorError(f"{path} cannot be read.", "Its owner must be who runs Holdfast.") from None
    if secret and path.stat().st_mode & 0o077:
        raise OperatorError(f"{path} holds a secret and others on this machine can read it.", f"Run: chmod 600 {path}")
    try:
        return typed.convert(yaml.safe_load(text) or {}, shape)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        why = "" if secret else f": {error}"
        raise OperatorError(f"{path} does not have the shape it should{why}.", f"See {see}.") from None
