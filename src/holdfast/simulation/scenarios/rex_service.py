"""What the simulated Rex did and what befell him before the night he sinks. All of it is made up.

The truth that nothing here says: a shot in the warehouse, in the six minutes in which nobody saw him.
"""

from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.service_events import Answer
from holdfast.simulation.service_past import Past, ServicePast

_HANDLER = "Officer Daniel Reyes"

_CHEST = tuple(
    f"{side}:{region}" for side in ("left", "right") for region in ("thorax_cranial", "thorax_mid", "thorax_caudal")
)

_ENTRIES: tuple[Past, ...] = (
    Past(
        -412,
        None,
        "Training ground",
        se.Incident(
            mechanism=se.Mechanism.BITE,
            what="Bitten by another dog over the sleeve",
            side="right",
            region="forelimb_lower",
            witnesses="Officer Lind",
            seen=se.Seen.OPEN_WOUND,
            seen_words="Two punctures",
            treated="Flushed, five days off",
            imaged=se.Imaged.NOT_IMAGED,
        ),
    ),
    Past(
        -236,
        None,
        "Riverside Veterinary Clinic",
        se.VetCheck(
            result="Yearly check and chest films for a cough: lungs clear, nothing else seen",
            places_imaged=_CHEST,
            metal_seen=Answer.NO,
        ),
        by="Dr Hannah Moss",
    ),
    Past(-236, None, "Riverside Veterinary Clinic", se.Fitness(state="fit"), by="Dr Hannah Moss"),
    Past(-201, 4, "Harbour", se.Deployment(task="Search of a yard", gunfire=Answer.NO, explosion=Answer.NO)),
    Past(
        -158,
        6,
        "Range",
        se.Training(task="Calm under gunfire, blanks", gunfire=Answer.NO),
        note="Blanks only, fired 50 m away.",
    ),
    Past(
        -117,
        3,
        "Warehouse, Dock Road",
        se.Deployment(
            task="Search for two armed suspects",
            gunfire=Answer.YES,
            explosion=Answer.NO,
            gear="Harness, no vest, off lead",
        ),
        note="Shots between the racks. Rex was out of sight for about six minutes. Checked by torch, no blood seen.",
    ),
    Past(-96, 5, "Stadium", se.Deployment(task="Crowd, on lead", gunfire=Answer.NO, explosion=Answer.NO)),
    Past(
        -95,
        None,
        "Kennel",
        se.Exposure(agent="noise", minutes=240, signs="Tired, ate well"),
    ),
    Past(-62, 2, "Ring road", se.Deployment(task="Stop of a stolen car", explosion=Answer.NO)),
    Past(-40, 4, "Mill Street", se.Deployment(task="House search", gunfire=Answer.NO, explosion=Answer.NO)),
    Past(
        -14.2,
        3,
        "Disused factory",
        se.Deployment(task="Search for a suspect", gunfire=Answer.NO, explosion=Answer.NO, gear="Harness, off lead"),
    ),
    Past(
        -14.15,
        None,
        "Disused factory",
        se.Incident(
            mechanism=se.Mechanism.BLOW,
            what="A steel pipe, swung once",
            side="left",
            region="thorax_mid",
            witnesses="Officer Reyes; Officer Lind",
            seen=se.Seen.BRUISE,
            seen_words="Sore and swollen over the ribs, skin whole",
            treated="Cold, two days' rest",
            imaged=se.Imaged.NOT_IMAGED,
        ),
        note="Went on working that night. No images were taken.",
    ),
    Past(-5, 2, "Old town", se.Deployment(task="Patrol on foot", gunfire=Answer.NO, explosion=Answer.NO)),
)

PAST = ServicePast(
    service_number="K9-017",
    unit="City police, K-9 unit",
    handler=_HANDLER,
    handler_since_day=-1490,
    entries=_ENTRIES,
)


def fragment(found_us: int) -> iq.LesionDescribed:
    """What comes out of him in the end, when a laboratory and a pathologist have answered."""
    return iq.LesionDescribed(
        at_us=found_us,
        lesion_id="fragment",
        by="Dr Ada Keller",
        item_id="",
        side="left",
        region="thorax_mid",
        depth=iq.Depth.CAVITY,
        found=iq.ObjectFound.PROJECTILE,
        found_basis=iq.Basis.LABORATORY,
        material=iq.Material.SOFT_METAL,
        age=iq.WoundAge(
            low_days=28,
            high_days=180,
            basis=iq.AgeBasis.HISTOLOGY,
            reason="mature fibrous capsule, iron pigment, closed scar in the skin",
            by="Dr Emil Lang",
        ),
        note="Between the 7th and 8th rib",
    )
