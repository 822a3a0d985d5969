"""Findings on films as DICOM: a structured report (PS3.16 TID 1500) and a softcopy presentation state (PS3.3 A.33).

Both stay unverified: software never signs. Codes are SNOMED CT and DCM; lengths of marks are in the plane of the film,
distances are in the animal, with half of the printed interval as uncertainty.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from typing import Any

import highdicom as hd
import numpy as np
from highdicom import sr
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from holdfast.imaging.two_views import Bound, Distance
from holdfast.kernel.errors import SenderError
from holdfast.usecases.film_reports import Told, ToldFilm, ToldMark, rejected

_MAKER, _MODEL = "Holdfast", "Holdfast"
_SITES = {
    "heart": codes.SCT.Heart,
    "aorta": codes.SCT.Aorta,
    "cava": codes.SCT.InferiorVenaCava,
    "trachea": codes.SCT.Trachea,
    "oesophagus": codes.SCT.Esophagus,
    "canal": codes.SCT.SpinalCanalStructure,
    "diaphragm": codes.SCT.Diaphragm,
    "skin": codes.SCT.Skin,
}
_OWN = "99HOLDFAST"
_LIKELIHOOD = Code("likelihood_metal", _OWN, "Probability that it is metal or as dense")
_LOOKS_LIKE = Code("looks_like", _OWN, "Looks like")
_SAID = Code("said_by_person", _OWN, "Said by a person")
_FROM = Code("metal_to_border", _OWN, "Distance from the middle of the metal to the nearest border")
_AT_LEAST = Code("metal_to_border_least", _OWN, "Least distance from the middle of the metal, from one view")
_AT_FILM = Code("long_axis_on_film", _OWN, "Length on the film, not corrected for magnification")
_PROCEDURE = Code("168537006", "SCT", "Plain X-ray")
_NEEDED = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "PatientOrientation", "AccessionNumber"),
    *("StudyDate", "StudyTime", "StudyID", "ReferringPhysicianName"),
)
"""What a report copies from its film; empty where the film does not say it."""
_SERIES_NUMBER = 9101
_AROUND_PX = 6
_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))

Region = sr.PlanarROIMeasurementsAndQualitativeEvaluations
Group = Region | sr.MeasurementsAndQualitativeEvaluations


class DicomFilmReports:
    """See ``usecases.film_reports.FilmReports``."""

    def report(self, told: Told) -> bytes:
        return _made(lambda: _report(told))

    def presentation(self, told: Told) -> bytes:
        return _made(lambda: _presentation(told))


def _made(make: Callable[[], Dataset]) -> bytes:
    try:
        one = make()
        out = BytesIO()
        one.save_as(out, enforce_file_format=True)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, InvalidDicomError) as error:
        problem = f"The header of the film does not do for a report: {error}."
        raise SenderError(problem, "Print the page instead.") from error
    return out.getvalue()


def _source(film: ToldFilm) -> Dataset:
    read = dcmread(BytesIO(film.data), stop_before_pixels=True)
    for keyword in _NEEDED:
        if keyword not in read:
            setattr(read, keyword, "")
    return read


def _report(told: Told) -> Dataset:
    sources = [_source(film) for film in told.films]
    groups: list[Group] = []
    for film, source in zip(told.films, sources, strict=True):
        kept = [(number, mark) for number, mark in enumerate(film.marks, 1) if not rejected(mark)]
        groups += [_mark_group(mark, number, film, source) for number, mark in kept]
        if film.metal_at:
            groups.append(_placed_group(film.metal_at, source))
    groups += _distances(told, sources)
    people = [sr.PersonObserverIdentifyingAttributes(name=_person(name)) for name in told.observers]
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=hd.UID.from_uuid(_DEVICE), name=_MAKER, model_name=told.detector or _MODEL
    )
    context = sr.ObservationContext(
        observer_person_context=sr.ObserverContext(codes.DCM.Person, people[0]) if people else None,
        observer_device_context=sr.ObserverContext(codes.DCM.Device, device),
    )
    content = sr.MeasurementReport(
        observation_context=context,
        procedure_reported=_PROCEDURE,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    one = sr.ComprehensiveSR(
        evidence=sources,
        content=content,
        series_instance_uid=told.series_uid,
        series_number=_SERIES_NUMBER,
        sop_instance_uid=told.instance_uid,
        instance_number=1,
        manufacturer=_MAKER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    return _stamped(one, told)


_DEVICE = "9dd6a0b0-6f60-4b43-8f2e-6b1a0c5d4e11"
"""Of the software as an observer; the version stands beside it."""


def _person(name: str) -> str:
    return "^".join(reversed(name.rsplit(" ", 1)))[:64]


def _stamped(one: Dataset, told: Told) -> Dataset:
    at = datetime.fromtimestamp(told.at_us / 1e6, UTC)
    one.ContentDate, one.ContentTime = at.strftime("%Y%m%d"), at.strftime("%H%M%S")
    one.TimezoneOffsetFromUTC = "+0000"
    return one


def _tracked(name: str) -> sr.TrackingIdentifier:
    return sr.TrackingIdentifier(identifier=name, uid=hd.UID())


def _mark_group(told: ToldMark, number: int, film: ToldFilm, source: Dataset) -> Region:
    mark = told.mark
    image = sr.SourceImageForRegion.from_source_image(source)
    corners = [(column, row) for row, column in mark.outline]
    if len(corners) > 2:
        corners.append(corners[0])
        region = sr.ImageRegion(sr.GraphicTypeValues.POLYLINE, np.array(corners), image)
    else:
        region = sr.ImageRegion(sr.GraphicTypeValues.POINT, np.array([(mark.column, mark.row)]), image)
    measured = [sr.Measurement(_LIKELIHOOD, round(mark.confidence, 3), codes.UCUM.NoUnits)]
    if mark.long_mm is not None:
        name = _AT_FILM if film.mm_at_detector else codes.SCT.Length
        measured.append(sr.Measurement(name, mark.long_mm, codes.UCUM.Millimeter))
    unexplained = mark.kind == "metal_unexplained"
    kind = Code(mark.kind[:16], _OWN, mark.kind.replace("_", " "))
    said = [] if unexplained else [sr.QualitativeEvaluation(_LOOKS_LIKE, kind)]
    if told.verdict:
        words = f"{told.verdict}: {told.what}" if told.what else told.verdict
        said.append(sr.QualitativeEvaluation(_SAID, Code(told.verdict, _OWN, words[:64])))
    return Region(
        tracking_identifier=_tracked(f"mark {number}"),
        referenced_region=region,
        finding_type=codes.SCT.ForeignBody if unexplained else kind,
        measurements=measured,
        qualitative_evaluations=said or None,
    )


def _placed_group(at: tuple[float, float], source: Dataset) -> Region:
    image = sr.SourceImageForRegion.from_source_image(source)
    return Region(
        tracking_identifier=_tracked("metal, placed by a person"),
        referenced_region=sr.ImageRegion(sr.GraphicTypeValues.POINT, np.array([at]), image),
        finding_type=codes.SCT.ForeignBody,
    )


def _distances(told: Told, sources: list[Dataset]) -> list[sr.MeasurementsAndQualitativeEvaluations]:
    found = told.located
    if found is None or (found.place is None and not found.bounds):
        return []
    if found.place:
        measured = [_distance(one) for one in (*found.place.zones, found.place.depth)]
    else:
        measured = [_least(bound) for bound in found.bounds]
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracked("metal in the body"),
        finding_type=codes.SCT.ForeignBody,
        measurements=measured,
        source_images=[sr.SourceImageForMeasurementGroup.from_source_image(source) for source in sources],
    )
    return [group]


def _least(bound: Bound) -> sr.Measurement:
    site = sr.FindingSite(_SITES[bound.key])
    return sr.Measurement(_AT_LEAST, round(bound.mm, 1), codes.UCUM.Millimeter, finding_sites=[site])


def _distance(one: Distance) -> sr.Measurement:
    return sr.Measurement(
        _FROM,
        round(one.mm, 1),
        codes.UCUM.Millimeter,
        finding_sites=[sr.FindingSite(_SITES[one.key])],
        properties=sr.MeasurementProperties(
            upper_measurement_uncertainty=round(one.high_mm - one.mm, 1),
            lower_measurement_uncertainty=round(one.mm - one.low_mm, 1),
        ),
    )


def _presentation(told: Told) -> Dataset:
    film = told.films[0]
    source = _source(film)
    layer = hd.pr.GraphicLayer("MARKS", order=1, description="Metal and marks of people")
    drawn, texts = [], []
    for number, told_mark in enumerate(film.marks, 1):
        mark = told_mark.mark
        x, y = mark.width_px / 2 + _AROUND_PX, mark.height_px / 2 + _AROUND_PX
        box = [(mark.column + a * x, mark.row + b * y) for a, b in _CORNERS]
        drawn.append(_drawn("POLYLINE", box, source))
        said = told_mark.verdict or mark.kind.replace("_", " ")
        texts.append(_text(f"{number} {said} {mark.confidence:.0%}", (mark.column, mark.row), source))
    for note in film.notes:
        drawn.append(_drawn("POINT", [note.at], source))
        texts.append(_text(f"{note.text[:200]} ({note.who})", note.at, source))
    notes = hd.pr.GraphicAnnotation([source], layer, graphic_objects=drawn, text_objects=texts) if texts else None
    one = hd.pr.GrayscaleSoftcopyPresentationState(
        referenced_images=[source],
        series_instance_uid=told.series_uid,
        series_number=_SERIES_NUMBER + 1,
        sop_instance_uid=told.instance_uid,
        instance_number=1,
        manufacturer=_MAKER,
        manufacturer_model_name=_MODEL,
        software_versions=version("holdfast"),
        device_serial_number="0",
        content_label="METAL",
        content_description="Marks on the film, not verified",
        graphic_layers=[layer] if notes else None,
        graphic_annotations=[notes] if notes else None,
        voi_lut_transformations=_window(source),
    )
    return _stamped(one, told)


def _inside(at: tuple[float, float], source: Dataset) -> tuple[float, float]:
    return min(max(at[0], 0.0), float(source.Columns)), min(max(at[1], 0.0), float(source.Rows))


def _drawn(kind: str, points: list[tuple[float, float]], source: Dataset) -> hd.pr.GraphicObject:
    return hd.pr.GraphicObject(kind, np.array([_inside(point, source) for point in points]), "PIXEL")


def _text(words: str, at: tuple[float, float], source: Dataset) -> hd.pr.TextObject:
    return hd.pr.TextObject(words, "PIXEL", anchor_point=_inside(at, source))


def _window(source: Dataset) -> list[hd.pr.SoftcopyVOILUTTransformation] | None:
    """The window of the file, where it states one: without any, a reader takes its own."""
    centre, width = (_first(source.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None:
        return None
    return [hd.pr.SoftcopyVOILUTTransformation(window_center=centre, window_width=width)]


def _first(value: Any) -> float | None:
    values = list(value) if isinstance(value, MultiValue) else [value]
    return float(values[0]) if values and values[0] not in (None, "") else None
