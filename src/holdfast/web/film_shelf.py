"""The films that are being looked at, unpacked: a viewer asks for many pieces of one film within seconds."""

import threading
from collections import OrderedDict
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from holdfast.imaging.presentation import Sizes
from holdfast.kernel.limits import FILMS_UNPACKED_BYTES_MAX
from holdfast.usecases.ports import FilmReader, Films


class FilmShelf:
    """Unpacked films, the least lately used dropped first. Any thread may ask."""

    def __init__(self, films: Films, reader: FilmReader) -> None:
        self._films, self._reader = films, reader
        self._held: OrderedDict[str, Sizes] = OrderedDict()
        self._lock = threading.Lock()
        self._unpacking: dict[str, threading.Lock] = {}

    def sizes(self, image_id: str) -> Sizes:
        """The film; raises what the reader raises. Two who ask at once wait for one unpacking."""
        with self._lock:
            if image_id in self._held:
                self._held.move_to_end(image_id)
                return self._held[image_id]
            mine = self._unpacking.setdefault(image_id, threading.Lock())
        with mine:
            with self._lock:
                if image_id in self._held:
                    return self._held[image_id]
            sizes = Sizes(self._reader(self._films.read(image_id)))
            sizes.level(sizes.coarsest)
            with self._lock:
                self._unpacking.pop(image_id, None)
                self._held[image_id] = sizes
                while len(self._held) > 1 and self._bytes() > FILMS_UNPACKED_BYTES_MAX:
                    self._held.popitem(last=False)
        return sizes

    def _bytes(self) -> int:
        return sum(sizes.film.pixels.nbytes * 4 // 3 for sizes in self._held.values())


def jpeg(greys: NDArray[np.uint8]) -> bytes:
    """A grey picture as JPEG."""
    out = BytesIO()
    Image.fromarray(greys, mode="L").save(out, "JPEG", quality=85)
    return out.getvalue()
