"""The thread that searches films for metal, one after the other, at a lower priority than everything else."""

import contextlib
import logging
import os
import threading
from typing import TYPE_CHECKING

from holdfast.bootstrap.house import House
from holdfast.bootstrap.imaging_units import read_film
from holdfast.imaging.film import Film
from holdfast.record.events import Recorded
from holdfast.record.imaging_events import ImageReceived
from holdfast.usecases.metal_search import search_film, unsearched

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.imaging.metal.search import Search

log = logging.getLogger("holdfast")

_LOOK_EVERY_S = 1.0
"""When no news come: what another program put on record is not told here."""
_AFTER_A_FAILURE_S = 30.0
_NICE = 10
"""Listening to monitors and answering imaging units come first."""
_DOORS_FIRST_S = 3.0
"""At the start the search fetches its libraries so much later: doors open first."""


def _prepared() -> "Callable[[Film], Search]":
    """The search, with its weights read and its loops compiled, so that the first film need not wait for them."""
    from holdfast.gateways.dicom import jpeg_lossless
    from holdfast.imaging.metal.search import search, shipped_weights
    from holdfast.imaging.metal.warm_up import warm_up

    weights = shipped_weights()
    try:
        warm_up(weights)
        jpeg_lossless.warm_up()
    except Exception:  # then the first film pays for it
        log.exception("the search for metal could not be prepared")
    return lambda film: search(film, weights)


class FilmSearch:
    """Runs from ``start`` to ``close``. What it misses while it is off, it finds at the next start: it looks for films
    without a search. News of a film only make it look sooner."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop, self._news = threading.Event(), threading.Event()
        self._skipped: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="film-search", daemon=True)

    def start(self) -> None:
        self._house.ctx.book.on_event(self._hear)
        self._thread.start()

    def close(self) -> None:
        """Ends after the film it is at."""
        self._stop.set()
        self._news.set()
        self._thread.join()

    def _hear(self, item: Recorded) -> None:
        if isinstance(item.event, ImageReceived):
            self._news.set()

    def _run(self) -> None:
        with contextlib.suppress(OSError, AttributeError):  # on Linux a priority belongs to a thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        self._stop.wait(_DOORS_FIRST_S)
        searcher = _prepared()
        while not self._stop.is_set():
            if not self._search_newest(searcher):
                self._news.wait(_LOOK_EVERY_S)
                self._news.clear()

    def _search_newest(self, searcher: "Callable[[Film], Search]") -> bool:
        """Search one film, the newest that waits; whether there was one."""
        house = self._house
        waiting = (one for one in unsearched(house.ctx) if one[1].image_id not in self._skipped)
        study_id, image = next(waiting, ("", None))
        if image is None:
            return False
        try:
            search_film(house.ctx, house.films, read_film, searcher, study_id=study_id, image_id=image.image_id)
        except Exception:
            # A film that breaks the search must not keep the others from being searched; it is tried again at the
            # next start.
            log.exception("film %s could not be searched for metal", image.image_id[:12])
            self._skipped.add(image.image_id)
            self._stop.wait(_AFTER_A_FAILURE_S if len(self._skipped) > 5 else 0)
        return True
