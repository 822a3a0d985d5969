"""ImagingStudy: the films of a case; DiagnosticReport: what the search for metal and people say of them."""

from holdfast.gateways.fhir.basics import (
    DICOM,
    Resource,
    coding,
    concept,
    filled,
    identifier,
    note,
    ours,
    reference,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import film_events as fi
from holdfast.record import imaging_events as im
from holdfast.record.events import Recorded
from holdfast.record.imaging_state import StudyEntry

_UID = "urn:dicom:uid"
_CLASS = "urn:ietf:rfc:3986"


def _attached(b: Building, item: Recorded, event: im.StudyAttached) -> None:
    study = next((one for one in b.around.studies if one.study_id == event.study_id), None)
    if study is None:
        return  # taken away again since: it is another case's, or waits for a person
    b.put(item, event.at_us, _study(b, item, study, event.why), entity=("study", event.study_id))
    made = _search_report(b, item, study)
    if made:
        b.put(item, event.at_us, made, entity=("film-report", event.study_id))


def _study(b: Building, item: Recorded, study: StudyEntry, why: str) -> Resource:
    series: dict[str, list[Resource]] = {}
    modality: dict[str, str] = {}
    for image in study.newest_images:
        instance = filled(
            {
                "uid": image.sop_instance_uid or image.image_id,
                "sopClass": coding(_CLASS, f"urn:oid:{image.sop_class_uid}" if image.sop_class_uid else "unknown"),
                "number": int(image.instance_number) if image.instance_number.isdecimal() else None,
                "title": image.view,
            }
        )
        series.setdefault(image.series_uid or study.study_id, []).append(instance)
        modality.setdefault(image.series_uid or study.study_id, image.modality or "OT")
    uid = [{"system": _UID, "value": f"urn:oid:{study.study_uid}"}] if study.study_uid else []
    return {
        "resourceType": "ImagingStudy",
        "id": b.new_id(item),
        "identifier": [
            *uid,
            *(identifier(ours("accession-number"), one, "Accession number") for one in study.accession_numbers),
        ],
        "status": "available",
        "modality": [coding(DICOM, one) for one in study.modalities],
        **b.subject(),
        "started": when(study.received_us),
        "basedOn": [reference(made.kind, made.id) for one in study.accession_numbers if (made := b.of("imaging", one))],
        "numberOfSeries": len(series),
        "numberOfInstances": sum(map(len, series.values())),
        "description": study.description,
        "note": note(why),
        "series": [
            {"uid": key, "modality": coding(DICOM, modality[key]), "numberOfInstances": len(images), "instance": images}
            for key, images in series.items()
        ],
    }


def _search_report(b: Building, item: Recorded, study: StudyEntry) -> Resource | None:
    """What the detector said of each film: preliminary for ever, and no mark never means no metal."""
    metal = b.around.metal
    searches = [found for image in study.newest_images if metal and (found := metal.searches.get(image.image_id))]
    lines = []
    for search in searches:
        for mark in search.marks:
            said = metal.judgement_of(search.image_id, mark.mark_id) if metal else None
            word = said.verdict.value if said else "nobody has judged it"
            lines.append(f"{mark.kind.replace('_', ' ')}, confidence {mark.confidence:.2f}: {word}")
        lines += search.limits
    if not searches:
        return None
    return {
        "resourceType": "DiagnosticReport",
        "id": b.new_id(item),
        "status": "preliminary",
        "category": [concept(coding("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD"))],
        "code": concept(coding(ours("report"), "metal-search", "Search for metal")),
        **b.subject(),
        "effectiveDateTime": when(max(one.at_us for one in searches)),
        "issued": when(item.recorded_us),
        "performer": [reference("Device", "holdfast", "Holdfast")],
        "imagingStudy": [reference("ImagingStudy", b.new_id(item))],
        "conclusion": "; ".join(lines) or "No mark. That never means no metal.",
    }


def _detached(b: Building, item: Recorded, event: im.StudyDetached) -> None:
    for what in ("study", "film-report"):
        b.change(item, what, event.study_id, lambda _: {"status": "cancelled"})


def _place(b: Building, item: Recorded, event: fi.MetalPlaceRead) -> None:
    """Distances that a person read off two views, each with its interval."""
    lines = []
    for zone in event.zones:
        if zone.mm is None or zone.high_mm is None:
            lines.append(f"{zone.zone}: at least {zone.low_mm:.0f} mm")
        else:
            lines.append(f"{zone.zone}: {zone.mm:.0f} mm ({zone.low_mm:.0f} to {zone.high_mm:.0f})")
    made = {
        "resourceType": "DiagnosticReport",
        "id": b.new_id(item),
        "status": "final",
        "category": [concept(coding("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD"))],
        "code": concept(coding(ours("report"), "metal-place", "Where the metal lies")),
        **b.subject(),
        "effectiveDateTime": when(event.at_us),
        "issued": when(item.recorded_us),
        "performer": [b.person(item.actor)],
        "conclusion": "; ".join([*lines, *event.doubts]),
    }
    b.put(item, event.at_us, made)


def _marked(b: Building, item: Recorded, event: fi.FilmMarked) -> None:
    made = {
        "resourceType": "DiagnosticReport",
        "id": b.new_id(item),
        "status": "final",
        "code": concept(coding(ours("report"), "film-mark", "Mark on a film")),
        **b.subject(),
        "effectiveDateTime": when(event.at_us),
        "issued": when(item.recorded_us),
        "performer": [b.person(item.actor)],
        "conclusion": f"{event.text} (column {event.at[0]:.0f}, row {event.at[1]:.0f} of {event.image_id[:16]})",
    }
    b.put(item, event.at_us, made, entity=("film-mark", event.mark_id))


def _mark_back(b: Building, item: Recorded, event: fi.FilmMarkTakenBack) -> None:
    b.change(item, "film-mark", event.mark_id, lambda _: {"status": "cancelled"})


MAPPERS: Mappers = {
    im.StudyAttached: _attached,
    im.StudyDetached: _detached,
    fi.FilmMarked: _marked,
    fi.FilmMarkTakenBack: _mark_back,
    fi.MetalPlaceRead: _place,
}
