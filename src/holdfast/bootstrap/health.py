"""How each part of a running house is: told by the parts themselves, read by /health/ready and the figures."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.limits import DISK_FREE_LOW_BYTES
from holdfast.usecases.operations import Part, Readiness

PREPARING = "The signal analysis is being prepared; at the first start of a release that takes a minute or two."
LOW = "The disk is nearly full: less than {free} MB are free. Free some space; what was acknowledged is safe."


class Health:
    """Parts of the house by name. A part that was never heard of is not there."""

    def __init__(self, folder: Path, read_record: Callable[[], object]) -> None:
        self._folder = folder
        self._read_record = read_record
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {"analysis": Part("analysis", False, True, PREPARING)}

    def well(self, name: str) -> None:
        """The part does its work (again)."""
        self._set(Part(name, True, self._needed(name)))

    def awaited(self, name: str, says: str) -> None:
        """The part will do its work in some seconds; the house is ready without it."""
        self._set(Part(name, False, False, says))

    def failed(self, name: str, says: str, *, needed: bool = False) -> None:
        """The part does not do its work. ``says`` is shown to anybody who can reach the port."""
        self._set(Part(name, False, needed, says))

    def readiness(self) -> Readiness:
        """Looks at the record and the disk now; the other parts as they were told last."""
        with self._lock:
            told = tuple(self._parts.values())
        return Readiness((self._record(), self._disk(), *told))

    def _record(self) -> Part:
        try:
            self._read_record()
        except HoldfastError:
            return Part("record", False, True, "The record cannot be read. Run 'holdfast doctor' on this machine.")
        return Part("record", True, True)

    def _disk(self) -> Part:
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            return Part("disk", False, False, "The folder of the record cannot be reached.")
        if free < DISK_FREE_LOW_BYTES:
            return Part("disk", False, False, LOW.format(free=DISK_FREE_LOW_BYTES // 1_000_000))
        return Part("disk", True, False)

    def _needed(self, name: str) -> bool:
        with self._lock:
            known = self._parts.get(name)
        return known.needed if known else False

    def _set(self, part: Part) -> None:
        with self._lock:
            self._parts[part.name] = part
