"""How fast are films received and safe, ours against Orthanc in the same run?

Run: ``python benchmarks/films_vs_orthanc.py [--files 500] [--rounds 3] [--json]``. Both receivers run in a
process of their own on this machine, with storage in one temporary folder, and are sent the same CR films (512 x 512,
16 bit) by dcmtk's ``storescu`` over one association; they take turns, and the median of the rounds counts. Ours
answers success after the file is synced to disk and the event is on record; Orthanc as it is shipped, with its index.
The search for metal runs afterwards and is not in these figures.
"""

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.casebook import CaseBook

HOUSE = Path(__file__).with_name("film_house.py")
START_S = 120.0


def film(number: int, side: int, noise: np.random.Generator) -> bytes:
    one = Dataset()
    one.file_meta, one.preamble = FileMetaDataset(), bytes(128)
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.7.{number}"
    one.StudyInstanceUID, one.SeriesInstanceUID = f"1.2.826.0.1.8.{number // 4}", f"1.2.826.0.1.9.{number // 4}"
    one.PatientID, one.PatientName, one.Modality = f"P{number // 4}", "Made^Film", "CR"
    one.StudyID, one.AccessionNumber, one.SeriesNumber, one.InstanceNumber = "1", "", 1, number % 4
    one.StudyDate = one.StudyTime = one.PatientBirthDate = one.PatientSex = ""
    one.Rows = one.Columns = side
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.PixelData = noise.integers(0, 4096, (side, side), dtype="<u2").tobytes()
    out = BytesIO()
    one.save_as(out, enforce_file_format=True)
    return out.getvalue()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def send(tool: str, title: str, port: int, folder: Path) -> float:
    """Seconds that storescu takes for the folder over one association."""
    begin = time.perf_counter()
    subprocess.run([tool, "-aec", title, "+sd", "127.0.0.1", str(port), str(folder)], check=True, capture_output=True)
    return time.perf_counter() - begin


def ours(home: Path, tool: str, folder: Path) -> tuple[float, int]:
    child = subprocess.Popen([sys.executable, HOUSE, home], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = int(child.stdout.readline())
    took = send(tool, "HOLDFAST", port, folder)
    child.kill()
    child.wait()
    return took, len(on_record(home))


def on_record(home: Path) -> set[str]:
    """Instances whose event is on record and whose whole file is there."""
    store = SqlStore(home / "holdfast.db")
    files = FilmFiles(home / "films")
    with CaseBook(store).studies() as studies:
        kept = dict(studies.instances)
    store.close()
    return {uid for uid, image in kept.items() if files.read(image.image_id)}


def orthanc(home: Path, program: str, tool: str, folder: Path) -> tuple[float, int]:
    home.mkdir()
    dicom, http = free_port(), free_port()
    config = {
        "Name": "peer",
        "StorageDirectory": str(home / "db"),
        "IndexDirectory": str(home / "db"),
        "DicomPort": dicom,
        "HttpPort": http,
        "RemoteAccessAllowed": False,
        "DicomServerEnabled": True,
        "DicomCheckCalledAet": False,
        "Plugins": [],
    }
    (home / "orthanc.json").write_text(json.dumps(config))
    child = subprocess.Popen(
        [program, str(home / "orthanc.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(dicom)
        wait_for(http)
        took = send(tool, "ORTHANC", dicom, folder)
        with urllib.request.urlopen(f"http://127.0.0.1:{http}/statistics") as answer:
            count = int(json.load(answer)["CountInstances"])
    finally:
        child.terminate()
        child.wait()
    return took, count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--orthanc", default=shutil.which("Orthanc") or "/usr/sbin/Orthanc")
    parser.add_argument("--storescu", default="/usr/bin/storescu", help="dcmtk's; pynetdicom brings another")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        told = race(place, asked)
    if asked.json:
        json.dump(told, sys.stdout, indent=2)
        print()
    else:
        print("\n".join(f"{key}: {value}" for key, value in told.items()))
    return 0


def race(place: Path, asked: argparse.Namespace) -> dict[str, object]:
    films = place / "films"
    films.mkdir()
    noise = np.random.default_rng(7)
    for number in range(asked.files):
        (films / f"{number:05}.dcm").write_bytes(film(number, asked.side, noise))
    took: dict[str, list[float]] = {"ours": [], "orthanc": []}
    for turn in range(asked.rounds):
        for name in ("ours", "orthanc") if turn % 2 == 0 else ("orthanc", "ours"):
            home = place / f"{name}{turn}"
            if name == "ours":
                seconds, kept = ours(home, asked.storescu, films)
            else:
                seconds, kept = orthanc(home, asked.orthanc, asked.storescu, films)
            if kept != asked.files:
                raise SystemExit(f"{name} kept {kept} of {asked.files}")
            took[name].append(seconds)
            shutil.rmtree(home)
    rates = {name: round(asked.files / statistics.median(all_took), 1) for name, all_took in took.items()}
    return {
        "files": asked.files,
        "side_px": asked.side,
        "files_per_s": rates,
        "seconds": {name: [round(one, 2) for one in all_took] for name, all_took in took.items()},
        "times_orthanc": round(rates["ours"] / rates["orthanc"], 2),
    }


if __name__ == "__main__":
    sys.exit(main())
