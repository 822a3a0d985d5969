"""The other beds: quiet dogs, so that a board has something ordinary on it."""

from holdfast.simulation import scenario as sc
from holdfast.simulation.changes import HeadFor, Move, Run, SetContact, Timed
from holdfast.simulation.states import ASLEEP, HEALTHY_REST, RECOVERING, Contact, Sensor

_BASIC = frozenset({Sensor.ECG, Sensor.OXIMETER, Sensor.CUFF, Sensor.THERMOMETER})

BELLA = sc.Scenario(
    name="bella",
    title="Bella: asleep, marked sinus arrhythmia",
    seed=4_117,
    signalment=sc.Signalment(
        name="Bella",
        breed="Beagle",
        sex="female_neutered",
        age_months=51,
        weight_kg=12.4,
        owner="A. Novak",
        complaint="Ate chocolate yesterday; watched overnight.",
    ),
    sensors=_BASIC,
    ecg=sc.EcgShape(r_mv=1.1, p_mv=0.18, q_mv=-0.15, s_mv=-0.12, t_of_r=0.3),
    begin=ASLEEP,
    history_min=20,
    admitted_min=-660,
    course=(
        Timed(-700, Move(duration_s=4, level=0.4)),
        Timed(400, Move(duration_s=3, level=0.4)),
        Timed(402, HeadFor(HEALTHY_REST, over_s=20)),
        Timed(520, HeadFor(ASLEEP, over_s=120)),
    ),
    entries=(sc.NoteEntry(-650, "Bright, heart rate normal. Overnight watch only."),),
)

MAX = sc.Scenario(
    name="max",
    title="Max: a lead that comes off now and then",
    seed=4_231,
    signalment=sc.Signalment(
        name="Max",
        breed="Boxer",
        sex="male",
        age_months=83,
        weight_kg=29.8,
        owner="S. Lindqvist",
        complaint="Vomiting for a day; on fluids.",
    ),
    sensors=_BASIC,
    ecg=sc.EcgShape(r_mv=1.5, p_mv=0.2, q_mv=-0.2, s_mv=-0.35, t_of_r=-0.2),
    begin=HEALTHY_REST._replace(hr_per_min=98, rsa=0.25, temp_c=38.7),
    history_min=20,
    admitted_min=-420,
    course=(
        Timed(-612, Move(duration_s=5, level=0.8)),
        Timed(-610, SetContact(Sensor.ECG, Contact.OFF)),
        Timed(-560, SetContact(Sensor.ECG, Contact.ON)),
        Timed(180, Move(duration_s=4, level=0.8)),
        Timed(183, SetContact(Sensor.ECG, Contact.OFF)),
        Timed(228, SetContact(Sensor.ECG, Contact.ON)),
        Timed(600, Move(duration_s=3, level=0.7)),
        Timed(602, SetContact(Sensor.ECG, Contact.RAIL)),
        Timed(640, SetContact(Sensor.ECG, Contact.ON)),
        Timed(900, SetContact(Sensor.OXIMETER, Contact.OFF)),
        Timed(975, SetContact(Sensor.OXIMETER, Contact.ON)),
    ),
    entries=(
        sc.FindingEntry(-415, "vomiting"),
        sc.TreatmentEntry(-400, "fluid", "Balanced crystalloid infusion", "60 mL/h"),
        sc.TreatmentEntry(-390, "other", "Maropitant under the skin", "as charted on paper"),
    ),
)

NALA = sc.Scenario(
    name="nala",
    title="Nala: first hours after surgery, a run of ventricular beats",
    seed=4_337,
    signalment=sc.Signalment(
        name="Nala",
        breed="Standard Poodle",
        sex="female_neutered",
        age_months=102,
        weight_kg=24.1,
        owner="M. Okafor",
        complaint="After surgery for gastric dilatation and volvulus.",
    ),
    sensors=_BASIC | {Sensor.ARTERIAL_LINE},
    ecg=sc.EcgShape(r_mv=1.7, p_mv=0.24, q_mv=-0.3, s_mv=-0.15, t_of_r=0.18),
    begin=RECOVERING._replace(temp_c=36.8, vpc_per_min=1.2),
    history_min=30,
    admitted_min=-390,
    course=(
        Timed(-1500, HeadFor(RECOVERING._replace(vpc_per_min=0.8), over_s=1200)),
        Timed(600, HeadFor(RECOVERING._replace(hr_per_min=98, temp_c=38.0, vpc_per_min=0.4), over_s=3600)),
        Timed(185, Run(beats=9, per_min=212)),
        Timed(330, Move(duration_s=2, level=0.3)),
    ),
    painful=frozenset({("left", "abdomen_mid"), ("right", "abdomen_mid")}),
    entries=(
        sc.DiagnosisEntry(-380, "gdv", "Gastric dilatation and volvulus"),
        sc.TreatmentEntry(-60, "analgesic", "Methadone intravenously", "as charted on paper"),
        sc.NoteEntry(-45, "Extubated, warm blankets. Some early beats, as expected after this surgery."),
    ),
)
