"""One event of every kind about a dog's service and the inquiry into it."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.events import AnyEvent

SERVICE: tuple[AnyEvent, ...] = (
    iq.ServiceDogLinked(at_us=T0_US, service_id="d1", how="chip read", service_version=7),
    iq.ServiceDogUnlinked(at_us=T0_US, service_id="d1", reason="another dog of that name"),
    iq.LesionDescribed(
        at_us=T0_US,
        lesion_id="l1",
        by="Dr. Osei",
        item_id="i1",
        side="left",
        region="thorax_mid",
        depth=iq.Depth.CAVITY,
        found=iq.ObjectFound.PROJECTILE,
        found_basis=iq.Basis.LABORATORY,
        material=iq.Material.SOFT_METAL,
        age=iq.WoundAge(
            low_days=28.0, high_days=180.0, basis=iq.AgeBasis.HISTOLOGY, reason="thick capsule", by="Dr. Lang"
        ),
        note="between ribs 7 and 8",
        reason="the laboratory answered",
    ),
    iq.IncidentsCompared(
        at_us=T0_US,
        compare_id="c1",
        lesion_id="l1",
        service_id="d1",
        service_version=9,
        case_version=31,
        data_release="1+0123456789ab",
        page={"says": ["An event that is not on record is likeliest."], "rows": [{"key": "e1", "probability": 0.25}]},
    ),
    se.ServiceDogAdded(
        at_us=T0_US,
        name="Rex",
        service_number="K9-017",
        microchip="276098106234567",
        breed="Malinois",
        unit="City police",
        training=False,
    ),
    se.ServiceDogCorrected(at_us=T0_US, field="microchip", value="276098106234568", reason="read again"),
    se.HandlerAssigned(at_us=T0_US, handler="Sgt. Müller", unit="City police", account="a7"),
    se.ServiceEntryMade(
        at_us=T0_US,
        entry_id="e1",
        end_us=T0_US + 3600 * SECOND_US,
        place="Disused factory",
        by="Sgt. Müller",
        note="went on working",
        what=se.Incident(
            mechanism=se.Mechanism.BLOW,
            what="a steel pipe",
            side="left",
            region="thorax_mid",
            witnesses="Officer Lind",
            seen=se.Seen.BRUISE,
            seen_words="skin whole",
            treated="cold",
            imaged=se.Imaged.NOT_IMAGED,
        ),
        replaces="e0",
        reason="the other side",
        source="",
    ),
    se.ServiceEntryWithdrawn(at_us=T0_US, entry_id="e1", reason="another dog"),
    se.ServiceImported(
        at_us=T0_US,
        sha256="cd" * 32,
        name="log.csv",
        columns={"date": "Day", "kind": "Type"},
        rows=3,
        taken=1,
        known=1,
        refused=(se.RefusedRow(row=4, text="31.31.2026,search", why="It is no date."),),
    ),
)
