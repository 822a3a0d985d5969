"""One event of every kind about films and what was read on them."""

from contract.examples.moments import T0_US
from holdfast.record import film_events as fi
from holdfast.record import imaging_events as im
from holdfast.record.events import AnyEvent
from holdfast.record.monitor import Origin

FILMS: tuple[AnyEvent, ...] = (
    im.ImagingOrdered(
        at_us=T0_US,
        accession_number="HF2K7MPQ3RST",
        study_uid="2.25.7",
        modality="DX",
        what="thorax, two views",
        note="left side first",
    ),
    im.StudyAttached(at_us=T0_US, study_id="0123456789abcdef", by="microchip", why="Found by microchip."),
    im.StudyDetached(at_us=T0_US, study_id="0123456789abcdef", why="wrong dog"),
    im.ImageReceived(
        at_us=T0_US,
        image_id="ab" * 32,
        size_bytes=8_000_000,
        form="dicom",
        source="XRAY1@192.0.2.7",
        origin=Origin.LIVE,
        study_id="0123456789abcdef",
        study_uid="1.2.826.0.1.1",
        series_uid="1.2.826.0.1.1.1",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1",
        sop_instance_uid="1.2.826.0.1.1.1.1",
        transfer_syntax="1.2.840.10008.1.2.1",
        header={"Modality": "CR", "PatientName": "Müller^Rex", "PatientSpeciesDescription": "лайка"},
        other_ids=("276098106234567",),
        accession_numbers=("HF2K7MPQ3RST",),
        animal=im.Animal(species="dog", sex="male", weight_kg=34.5, microchips=("276098106234567",)),
        scale=im.Scale(plane=im.Plane.DETECTOR, row_mm=0.15, column_mm=0.15, why="ImagerPixelSpacing"),
        problems=("ExposureIndex cannot be read: its kind is OW.",),
        match="Found by microchip.",
    ),
    im.MetalSearched(
        at_us=T0_US,
        image_id="ab" * 32,
        study_id="0123456789abcdef",
        detector="holdfast-metal 1",
        marks=(
            im.MetalMark(
                mark_id="m1",
                row=459.5,
                column=930.25,
                height_px=44.0,
                width_px=45.0,
                outline=((437.0, 908.0), (481.0, 953.0), (459.0, 930.0)),
                long_mm=5.4,
                short_mm=None,
                brightness=0.5,
                shape="irregular",
                kind="metal_unexplained",
                confidence=0.97,
                instead=("an ECG clip",),
            ),
        ),
        searched="Metal and what is as dense, from 1.5 mm.",
        limits=("The film states no scale.",),
    ),
    im.MetalMarkJudged(
        at_us=T0_US,
        image_id="ab" * 32,
        study_id="0123456789abcdef",
        mark_id="m1",
        verdict=im.MarkVerdict.CONFIRMED,
        what="air-gun pellet",
        finding_id="f1",
    ),
    fi.FilmMarked(at_us=T0_US, image_id="ab" * 32, mark_id="n1", at=(930.25, 459.5), text="What is that?"),
    fi.FilmMarkTakenBack(at_us=T0_US, image_id="ab" * 32, mark_id="n1", why="a crease of the plate"),
    fi.LandmarksPlaced(
        at_us=T0_US,
        image_id="ab" * 32,
        lying="right_side_down",
        points={"object": (930.25, 459.5), "spine_head": (210.0, 300.5)},
        sid_mm=1050.0,
    ),
    fi.MetalPlaceRead(
        at_us=T0_US,
        image_ids=("ab" * 32, "cd" * 32),
        zones=(
            fi.ZoneDistance(zone="aorta", mm=6.5, low_mm=1.5, high_mm=11.5, how="placed in both views"),
            fi.ZoneDistance(zone="heart", mm=None, low_mm=20.0, high_mm=None, how="one view"),
        ),
        depth=fi.ZoneDistance(zone="skin", mm=31.0, low_mm=25.0, high_mm=37.0, how="the trunk is taken for an ellipse"),
        doubts=("The sternum is not placed in the view along the back.",),
        method="two views 1",
    ),
)
