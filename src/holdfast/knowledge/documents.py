"""The knowledge files as plain documents: read as YAML, which takes most of the time that a release takes to load.

What was read can be kept in a folder under the digest of the files' bytes, so that a restart after a failure does not
read them as YAML once more. Only plain values are kept; every start checks them and puts them together anew.
"""

import hashlib
import tempfile
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.knowledge.pedigree import Problems

_FastSafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads the packaged files about ten times faster; the pure reader gives the same values."""

_KEPT = "documents-"


class _StrictLoader(_FastSafeLoader):  # type: ignore[misc]
    """YAML that refuses the same key twice in one mapping: the second would silently win."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))


def read_documents(contents: dict[str, bytes], problems: Problems) -> dict[str, Any]:
    """Each file's document by the file's name; one that is not readable is a problem, and ``None``."""
    return {name: _read(name, data, problems) for name, data in contents.items()}


def _read(name: str, data: bytes, problems: Problems) -> Any:
    try:
        return yaml.load(data, Loader=_StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.add(name, "", f"it is not readable YAML ({' '.join(str(error).split())})")
        return None


def kept_documents(folder: Path, digest: str) -> dict[str, Any] | None:
    """The documents of the files with that digest, where ``folder`` keeps them whole."""
    try:
        seal, _, packed = (folder / f"{_KEPT}{digest}").read_bytes().partition(b"\n")
    except OSError:
        return None
    if seal != _seal(packed):
        return None
    return typed.from_msgpack(packed, dict[str, Any])


def keep_documents(folder: Path, digest: str, documents: dict[str, Any]) -> None:
    """Keep them instead of those of an earlier release.

    They are not kept where the folder cannot be written, nor where they would come back as anything else (a date
    comes back as text): the files are then read each time.
    """
    packed = msgspec.msgpack.encode(documents)
    if msgspec.msgpack.decode(packed) != documents:
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        earlier = list(folder.glob(f"{_KEPT}*"))
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(_seal(packed) + b"\n" + packed)
        Path(file.name).replace(folder / f"{_KEPT}{digest}")
        for one in earlier:
            if one.name != f"{_KEPT}{digest}":
                one.unlink(missing_ok=True)


def _seal(packed: bytes) -> bytes:
    return hashlib.sha256(packed).hexdigest().encode()
