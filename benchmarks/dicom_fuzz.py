"""Damaged DICOM files: none may do more than be refused, and none may take long.

Takes files or folders of real films (``--films``), else draws its own; damages each at random and reads the header.
Counts what was read, what was refused, the slowest, and anything that was neither.
"""

import argparse
import json
import random
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from holdfast.imaging.animal import animal_of
from holdfast.imaging.header import read_header
from holdfast.imaging.part10 import split_file
from holdfast.imaging.scale import scale_of
from holdfast.kernel.errors import SenderError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, nargs="*", default=[], help="DICOM files to damage")
    parser.add_argument("--files", type=int, default=100_000, help="damaged files to read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wholes = [path.read_bytes() for path in options.films] or [
        drawn(ExplicitVRLittleEndian),
        drawn(ImplicitVRLittleEndian),
    ]
    scores = run(wholes, options.files, random.Random(options.seed))
    print(json.dumps(scores, indent=1) if options.json else "\n".join(f"{k:24} {v}" for k, v in scores.items()))


def run(wholes: list[bytes], files: int, dice: random.Random) -> dict[str, object]:
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    slowest_ms = 0.0
    for _ in range(files):
        data = damaged(dice.choice(wholes), dice)
        started = time.perf_counter()
        try:
            parts = split_file(data)
            header = read_header(data[parts.data_set_at :], parts.transfer_syntax)
            animal_of(header), scale_of(header)
            outcomes["read"] += 1
        except SenderError:
            outcomes["refused"] += 1
        except Exception as error:
            outcomes["faults"] += 1
            faults.append(f"{type(error).__name__}: {error}")
        slowest_ms = max(slowest_ms, (time.perf_counter() - started) * 1_000)
    return {
        "files": files,
        "read": outcomes["read"],
        "refused": outcomes["refused"],
        "faults": outcomes["faults"],
        "first_faults": faults[:5],
        "slowest_ms": round(slowest_ms, 2),
    }


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """Bytes changed, taken out, put in, or the end cut off; mostly in the header, which comes first."""
    data = bytearray(whole)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(132, min(len(data), 3_000)) if len(data) > 133 else 0
        match dice.randrange(4):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randint(1, 16)]
            case 2:
                data[at:at] = dice.randbytes(dice.randint(1, 16))
            case 3:
                data[at : at + 4] = b"\xff" * 4
    if dice.random() < 0.1:
        del data[dice.randrange(len(data)) :]
    return bytes(data)


def drawn(transfer_syntax: str) -> bytes:
    """A small film with the sequences in which animals and requests stand."""
    one, number, request = Dataset(), Dataset(), Dataset()
    number.PatientID, request.AccessionNumber = "276098106234567", "HF1"
    one.SOPClassUID, one.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3"
    one.StudyInstanceUID, one.SeriesInstanceUID, one.Modality = "1.2", "1.2.4", "CR"
    one.PatientName, one.PatientWeight = "Miller^Rex", "34.5"
    one.OtherPatientIDsSequence, one.RequestAttributesSequence = [number], [request]
    one.ImagerPixelSpacing = [0.15, 0.15]
    one.Rows = one.Columns = 8
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated = one.BitsStored = 16
    one.add_new(0x7FE00010, "OW", bytes(128))
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = transfer_syntax
    one.preamble = bytes(128)
    buffer = BytesIO()
    one.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
