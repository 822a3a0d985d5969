"""A simulated dog's chest on two films: shapes that take from a beam, with a piece of metal, marked SIMULATED.

A drawing, not a model of a dog: enough that a film can be received, shown, searched and measured where no real one may
be used. The beam comes from a point ``SOURCE_MM`` above the detector, so that what lies high in the animal appears
larger, as on a real film. It is marked in the pixels and in the header (Quality Control Image).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from scipy import ndimage

Grid = NDArray[np.float32]

SOURCE_MM = 1100.0
"""From the source of the beam to the detector."""
PIXEL_MM = 0.25
"""Of the detector."""
_TABLE_MM = 25.0
"""From the skin that lies below to the detector."""
LENGTH_MM, DEEP_MM, WIDE_MM = 330.0, 230.0, 180.0
"""Of the part of the dog that is pictured: head to tail, spine to breast, left to right."""
_TISSUE, _LUNG, _BONE, _LEAD = 0.021, 0.006, 0.055, 6.0
"""Attenuation per mm at about 45 keV (soft tissue, air-filled lung, bone with its marrow, lead)."""
_SPR = 0.25
_STEP_MM = 2.0


@dataclass(frozen=True)
class Fragment:
    """The metal, in mm of the dog: from the head end, from the spine side, from the left skin; its diameter."""

    along_mm: float = 205.0
    deep_mm: float = 92.0
    left_mm: float = 52.0
    diameter_mm: float = 5.2


@dataclass(frozen=True)
class Patient:
    """What stands in the headers."""

    name: str
    patient_id: str
    accession_number: str
    study_uid: str
    breed: str = ""
    owner: str = ""
    weight_kg: float | None = None


def two_views(patient: Patient, taken: datetime, fragment: Fragment | None = None) -> tuple[bytes, bytes]:
    """(lateral, ventrodorsal) as DICOM files; the same arguments always give the same bytes."""
    metal = fragment or Fragment()
    lateral, ventrodorsal = (_file(_film(view, metal), view, patient, taken) for view in ("LL", "VD"))
    return lateral, ventrodorsal


def other_film(
    pixels: NDArray[np.uint16], bits: int, spacing_mm: float | None, patient: Patient, taken: datetime
) -> bytes:
    """A film of another animal in this patient's place: marked in pixels and header as no picture of this one."""
    marked = _labelled(pixels, (1 << bits) - 1, "NOT THIS ANIMAL")
    return _file(marked, "", patient, taken, bits=bits, spacing_mm=spacing_mm, said="DEMO, another animal")


def shadow_of(fragment: Fragment, view: str) -> tuple[float, float, float]:
    """(row, column, magnification) of the fragment on a film of this view, in pixels."""
    rows, columns = _size(view)
    across, height = _across_and_height(fragment, view)
    larger = SOURCE_MM / (SOURCE_MM - height)
    side = DEEP_MM if view == "LL" else WIDE_MM
    row = rows / 2 + (across - side / 2) * larger / PIXEL_MM
    column = columns / 2 + (fragment.along_mm - LENGTH_MM / 2) * larger / PIXEL_MM
    return row, column, larger


def _across_and_height(fragment: Fragment, view: str) -> tuple[float, float]:
    """Lateral: the dog lies on its left side. Ventrodorsal: on its back; the row runs from its right to its left."""
    if view == "LL":
        return fragment.deep_mm, fragment.left_mm + _TABLE_MM
    return WIDE_MM - fragment.left_mm, fragment.deep_mm + _TABLE_MM


def _size(view: str) -> tuple[int, int]:
    side = DEEP_MM if view == "LL" else WIDE_MM
    return int(side * 1.32 / PIXEL_MM), int(LENGTH_MM * 1.12 / PIXEL_MM)


def _volume() -> Grid:
    """Attenuation per mm on a coarse grid: (along, deep, left)."""
    along, deep, left = np.meshgrid(
        *(np.arange(_STEP_MM / 2, size, _STEP_MM, dtype=np.float32) for size in (LENGTH_MM, DEEP_MM, WIDE_MM)),
        indexing="ij",
    )
    x, y, z = along / LENGTH_MM, deep / DEEP_MM, left / WIDE_MM - 0.5
    body = np.zeros_like(x)
    half = 0.47 - 0.05 * (x - 0.6) ** 2
    trunk = ((y - 0.5) / half) ** 2 + (z / (0.36 + 0.1 * x)) ** 2 < 1
    body[trunk] = _TISSUE
    dome = 0.66 + 0.13 * np.sqrt(np.maximum(0, 1 - ((y - 0.55) / 0.45) ** 2)) * -1 + 0.22 * (1 - y)
    lung = (((x - 0.44) / 0.36) ** 2 + ((y - 0.5) / 0.34) ** 2 + (z / (0.3 + 0.06 * x)) ** 2 < 1) & (x < dome + 0.1)
    body[lung] = _LUNG
    heart = ((x - 0.42) / 0.13) ** 2 + ((y - 0.6) / 0.2) ** 2 + ((z + 0.02) / 0.19) ** 2 < 1
    body[heart] = _TISSUE * 1.02
    aorta = (np.hypot(y - 0.33 - 0.06 * (x - 0.5), (z + 0.03) * WIDE_MM / DEEP_MM) < 0.032) & (x > 0.36)
    body[aorta] = _TISSUE * 1.02
    trachea = (np.hypot(y - 0.36 - 0.1 * x, z * WIDE_MM / DEEP_MM) < 0.03) & (x < 0.4)
    body[trachea] = 0.0
    mediastinum = (np.abs(z) < 0.03) & trunk & (body == _LUNG)
    body[mediastinum] = _TISSUE * 0.8
    return _smooth(body, 0.8)


def _bones(view: str) -> Grid:
    """mm of bone along the beam, drawn on the film's own grid at the middle of the dog's magnification."""
    rows, columns = _size(view)
    larger = SOURCE_MM / (SOURCE_MM - (WIDE_MM if view == "LL" else DEEP_MM) / 2 - _TABLE_MM)
    side = DEEP_MM if view == "LL" else WIDE_MM
    row, column = np.mgrid[:rows, :columns].astype(np.float32)
    along = (column - columns / 2) * PIXEL_MM / larger + LENGTH_MM / 2
    across = (row - rows / 2) * PIXEL_MM / larger + side / 2
    bone = np.zeros((rows, columns), dtype=np.float32)
    middle = 30.0 if view == "LL" else WIDE_MM / 2
    for k in range(11):
        at = 14.0 + 30.0 * k
        body = np.clip(1 - np.abs(along - at) / 12.5, 0, None) ** 0.25 * (np.abs(across - middle) < 9)
        bone += body * 13 * np.sqrt(np.maximum(0, 1 - ((across - middle) / 9.5) ** 2))
        if view == "LL":
            spine = (np.abs(along - at - (20 - across) * 0.45) < 3) & (across < 21) & (across > 2)
            bone += spine * 5.0
        for leaf in (-1, 1):
            if view == "LL":
                path = at + 6 + (across - 34) * (0.42 + 0.02 * leaf) + 8 * np.sin((across - 34) / 60) + 4 * leaf
                wide, inside = 2.6, (across > 33) & (across < 188)
            else:
                away = (across - middle) * leaf
                path = at + 6 + 0.0035 * away**2 + 0.12 * away
                wide, inside = 2.8, (away > 9) & (away < 74)
            edge = np.abs(along - path) / wide
            bone += np.where(inside & (edge < 1), 2.4 + 2.0 * (edge > 0.6), 0.0)
    if view == "LL":
        for k in range(8):
            sternum = (np.abs(along - 50 - 24 * k) < 9.5) & (np.abs(across - 196 + 0.05 * (along - 50)) < 5)
            bone += sternum * 8.0
    return _smooth(bone, 1.6)


def _film(view: str, fragment: Fragment) -> NDArray[np.uint16]:
    """12-bit values, bright is dense."""
    volume = _volume()
    rows, columns = _size(view)
    taken = np.zeros((rows, columns), dtype=np.float32)
    axis = 2 if view == "LL" else 1
    for k in range(volume.shape[axis]):
        layer: Grid = volume[:, :, k] if view == "LL" else volume[:, k, :]
        height = (k + 0.5) * _STEP_MM + _TABLE_MM
        larger = SOURCE_MM / (SOURCE_MM - height)
        plane = layer if view == "LL" else layer[:, ::-1]
        n_along, n_across = plane.shape
        row = ((np.arange(rows) - rows / 2) * PIXEL_MM / larger) / _STEP_MM + n_across / 2 - 0.5
        column = ((np.arange(columns) - columns / 2) * PIXEL_MM / larger) / _STEP_MM + n_along / 2 - 0.5
        taken += _sampled(plane.T, row, column) * _STEP_MM
    taken = ndimage.gaussian_filter(taken, 2.0) + _bones(view) * (_BONE - _TISSUE)
    row_at, column_at, larger = shadow_of(fragment, view)
    radius = fragment.diameter_mm / 2 * larger / PIXEL_MM
    r, c = np.mgrid[:rows, :columns].astype(np.float32)
    angle = np.arctan2(r - row_at, c - column_at)
    ragged = radius * (1 + 0.16 * np.cos(2 * angle + 0.7) + 0.1 * np.cos(3 * angle + 2.0) + 0.06 * np.cos(5 * angle))
    reach = np.hypot(r - row_at, c - column_at) / ragged
    metal = fragment.diameter_mm * np.sqrt(np.maximum(0, 1 - reach**2)) * _LEAD
    rng = np.random.default_rng(17 if view == "LL" else 18)
    primary = ndimage.gaussian_filter(np.exp(-(taken + metal)), 0.5)
    scatter = _SPR * ndimage.gaussian_filter(np.exp(-taken), 60)
    seen = np.maximum(primary + scatter, 1e-4)
    seen *= 1 + rng.normal(0, 0.012, seen.shape) + ndimage.gaussian_filter(rng.normal(0, 0.05, seen.shape), 3)
    value = -np.log(np.maximum(seen, 1e-4)) / 4.6 * 4095 * 0.92
    return _labelled(np.asarray(np.clip(value, 0, 4095), dtype=np.uint16), 4095, "SIMULATED")


def _smooth(grid: Grid, sigma: float) -> Grid:
    return np.asarray(ndimage.gaussian_filter(grid, sigma), dtype=np.float32)


def _sampled(plane: Grid, row: NDArray[np.float64], column: NDArray[np.float64]) -> Grid:
    """Bilinear, zero outside; rows and columns are independent, so it is two products."""
    return np.asarray(_weights(row, plane.shape[0]) @ plane @ _weights(column, plane.shape[1]).T, dtype=np.float32)


def _weights(at: NDArray[np.float64], size: int) -> Grid:
    away = np.abs(at[:, None] - np.arange(size)[None, :])
    return np.asarray(np.maximum(0, 1 - away), dtype=np.float32)


def _labelled(film: NDArray[np.uint16], white: int, text: str) -> NDArray[np.uint16]:
    """A word written into the picture, where no crop of the chest loses it."""
    picture = Image.new("L", (film.shape[1], film.shape[0]))
    pen = ImageDraw.Draw(picture)
    size = max(24, film.shape[0] // 22)
    for row, column in ((8, 10), (film.shape[0] - size - 14, film.shape[1] - int(size * 0.75 * len(text)))):
        pen.text((max(0, column), row), text, fill=255, font_size=size)
    return np.where(np.asarray(picture) > 100, np.uint16(white), film)


def _file(
    film: NDArray[np.uint16],
    view: str,
    patient: Patient,
    taken: datetime,
    *,
    bits: int = 12,
    spacing_mm: float | None = PIXEL_MM,
    said: str = "SIMULATED",
) -> bytes:
    one = Dataset()
    seed = f"{patient.study_uid}/{view}"
    one.SOPClassUID = ComputedRadiographyImageStorage
    one.SOPInstanceUID = f"2.25.{int(hashlib.sha256(seed.encode()).hexdigest()[:32], 16)}"
    one.StudyInstanceUID = patient.study_uid
    one.SeriesInstanceUID = f"2.25.{int(hashlib.sha256((seed + '/series').encode()).hexdigest()[:32], 16)}"
    one.Modality, one.BodyPartExamined, one.ViewPosition = "CR", "CHEST", view
    one.AnatomicalOrientationType = "QUADRUPED"
    one.PatientName, one.PatientID = patient.name, patient.patient_id
    one.AccessionNumber = patient.accession_number
    one.PatientSpeciesDescription, one.PatientBreedDescription = "Canine", patient.breed
    one.ResponsiblePerson = patient.owner
    if patient.weight_kg:
        one.PatientWeight = f"{patient.weight_kg:g}"
    one.StudyDate, one.StudyTime = f"{taken:%Y%m%d}", f"{taken:%H%M%S}"
    one.StudyDescription, one.SeriesDescription = f"{said}: thorax", f"{said} {view}".strip()
    one.InstanceNumber = "2" if view == "VD" else "1"
    one.QualityControlImage, one.BurnedInAnnotation = "YES", "YES"
    one.Manufacturer, one.ManufacturerModelName = "Holdfast", "simulated film"
    if spacing_mm:
        one.ImagerPixelSpacing = [spacing_mm, spacing_mm]
    if view:
        one.DistanceSourceToDetector, one.KVP = f"{SOURCE_MM:g}", "70"
        one.WindowCenter, one.WindowWidth = "2200", "3600"
    one.Rows, one.Columns = film.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, bits, bits - 1, 0
    one.add_new(0x7FE00010, "OW", film.astype("<u2").tobytes())
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = one.SOPClassUID, one.SOPInstanceUID
    one.file_meta, one.preamble = meta, bytes(128)
    buffer = BytesIO()
    one.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
