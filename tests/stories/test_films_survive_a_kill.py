"""A unit sends films, the machine dies in the middle: every film that was answered as kept is there."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import ComputedRadiographyImageStorage

from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.casebook import CaseBook
from made_films import as_file, film

CHILD = Path(__file__).with_name("film_house_child.py")


@pytest.mark.parametrize("killed_after", [1, 7])
def test_what_was_answered_as_kept_is_there_after_a_kill(tmp_path: Path, killed_after: int) -> None:
    path = tmp_path / "film.dcm"
    path.write_bytes(as_file(film(rows=64, columns=64)))
    one = dcmread(path)
    child = subprocess.Popen([sys.executable, CHILD, tmp_path / "home"], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = int(child.stdout.readline())
    ae = AE(ae_title="XRAY1")
    ae.add_requested_context(ComputedRadiographyImageStorage)
    association = ae.associate("127.0.0.1", port)
    answered: list[str] = []
    for number in range(1, 100):
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        if number == killed_after + 1:
            threading.Timer(0.02, child.kill).start()
        try:
            status = association.send_c_store(one)
        except RuntimeError:  # the connection is gone
            break
        if status.get("Status") != 0:
            break
        answered.append(str(one.SOPInstanceUID))
    child.kill()
    child.wait()
    assert len(answered) >= killed_after
    store = SqlStore(tmp_path / "home" / "holdfast.db")
    films = FilmFiles(tmp_path / "home" / "films")
    with CaseBook(store).studies() as studies:
        kept = studies.instances
    assert set(answered) <= set(kept)
    assert all(films.read(image.image_id) for image in kept.values())
    store.close()
