"""How many millimetres a pixel is, and where: only what the header states, never what it suggests.

Pixel Spacing is often filled in without any calibration (the true size was found to be up to 1.8 times another in
teaching files whose balls of known size could be measured), so it counts only when the header says how it was
calibrated (DICOM PS3.3 section 10.7).
"""

from holdfast.imaging.header import Header
from holdfast.record.imaging_events import Plane, Scale

_MM_PER_PIXEL_MIN, _MM_PER_PIXEL_MAX = 0.005, 5.0
"""Mammography is at 0.05 mm, the coarsest fluoroscopy below 1 mm; outside it is a unit mistaken or a zero."""

_VOLUME = frozenset({"CT", "MR", "PT"})
"""Here Pixel Spacing is that of the reconstructed slice: the patient's own plane."""


def scale_of(header: Header) -> Scale:
    """The scale that the header states."""
    calibrated = _pair(header["PixelSpacing"])
    kind = header["PixelSpacingCalibrationType"]
    if calibrated and kind in ("FIDUCIAL", "GEOMETRY"):
        return _scale(Plane.PATIENT, calibrated, f"PixelSpacing, calibrated by {kind.lower()}")
    if calibrated and header["Modality"] in _VOLUME:
        return _scale(Plane.PATIENT, calibrated, "PixelSpacing of a reconstructed slice")
    if detector := _pair(header["ImagerPixelSpacing"]):
        return _scale(Plane.DETECTOR, detector, "ImagerPixelSpacing")
    if header["PixelSpacing"]:
        return no_scale("PixelSpacing is given without how it was calibrated")
    return no_scale("the header states no spacing")


def no_scale(why: str) -> Scale:
    """Nothing may be measured in mm, and why."""
    return Scale(plane=Plane.UNKNOWN, row_mm=None, column_mm=None, why=why)


def _scale(plane: Plane, spacing: tuple[float, float], why: str) -> Scale:
    return Scale(plane=plane, row_mm=spacing[0], column_mm=spacing[1], why=why)


def _pair(text: str) -> tuple[float, float] | None:
    try:
        row, column = (float(part) for part in text.split("\\"))
    except ValueError:
        return None
    fit = _MM_PER_PIXEL_MIN <= row <= _MM_PER_PIXEL_MAX and _MM_PER_PIXEL_MIN <= column <= _MM_PER_PIXEL_MAX
    return (row, column) if fit else None
