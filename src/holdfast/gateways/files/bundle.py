"""An export as a folder or as a zip file whose every byte follows from its contents.

Nothing in the zip depends on the day or the machine, so the verifier can build it again and see a change in any byte,
also in those that a reader of zip files passes over.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from holdfast.kernel.errors import OperatorError, WorldError

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """The zip file of these contents by path."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[path])
    return made.getvalue()


def write_bundle(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip (``target`` ends in ``.zip``) or a new folder; raises ``OperatorError`` when it is there already."""
    if target.exists():
        raise OperatorError(f"{target} is there already.", "Choose another name; an export is never written over.")
    try:
        if target.suffix == ".zip":
            target.write_bytes(zip_bytes(files))
            return
        for path, data in files.items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise WorldError(f"{target} cannot be written: {error.strerror}.", "Choose another place.") from error
