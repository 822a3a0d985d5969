"""Rex: a police dog found sinking at dawn, held to be in organ failure; it hurts in one place.

Nobody has pressed there yet. The truth (a metal fragment between two ribs, bleeding beside a great
vessel) is nowhere in the record: the signals and the touch must show it.
"""

from holdfast.simulation import scenario as sc
from holdfast.simulation.changes import Cue, HeadFor, Move, Pause, Respond, Response, SetRhythm, Timed
from holdfast.simulation.scenarios.rex_service import PAST
from holdfast.simulation.states import (
    RECOVERING,
    SHOCK_COMPENSATED,
    SHOCK_DECOMPENSATING,
    Rhythm,
    Sensor,
)

_SINKING = SHOCK_DECOMPENSATING._replace(
    hr_per_min=164, map_mmhg=59, pulse_pressure_mmhg=26, spo2_pct=91.5, temp_c=37.1
)
_LOW = SHOCK_DECOMPENSATING._replace(hr_per_min=171, map_mmhg=52, temp_c=36.6, vpc_per_min=0.3)
_LOWER = SHOCK_DECOMPENSATING._replace(hr_per_min=176, map_mmhg=47, pulse_pressure_mmhg=20, spo2_pct=89.5, temp_c=36.3)
_DYING = _LOWER._replace(hr_per_min=52, map_mmhg=28, pulse_pressure_mmhg=12, spo2_pct=70, rr_per_min=8, tidal=1.4)
_AFTER_ARREST = RECOVERING._replace(hr_per_min=138, map_mmhg=74, pulse_pressure_mmhg=34, spo2_pct=94, vpc_per_min=3)

_SPIKE = Response(hr_per_min=42, map_mmhg=13, pulse_pressure_mmhg=3, rr_per_min=8, rise_s=1.2, hold_s=5, fade_s=14)
_FLICKER = Response(vpc_per_min=48, begin_s=2.5, rise_s=1.0, hold_s=13, fade_s=7)

REX = sc.Scenario(
    name="rex",
    title="Rex, police dog: found sinking at dawn",
    seed=20_260_517,
    signalment=sc.Signalment(
        name="Rex",
        breed="Belgian Malinois x German Shepherd Dog",
        sex="male",
        age_months=74,
        weight_kg=32.0,
        owner="City police, K-9 unit",
        handler="Officer Daniel Reyes",
        working_dog=True,
        microchip="900999000000017",
        complaint="Took a sudden turn during the night: collapsed, cold, no longer responds. Was quiet for two days.",
    ),
    sensors=frozenset({Sensor.ECG, Sensor.OXIMETER, Sensor.ARTERIAL_LINE, Sensor.CUFF, Sensor.THERMOMETER}),
    ecg=sc.EcgShape(r_mv=1.9, p_mv=0.26, q_mv=-0.34, s_mv=-0.2, t_of_r=0.2),
    begin=SHOCK_COMPENSATED._replace(hr_per_min=150, map_mmhg=71),
    admitted_min=-310,
    course=(
        Timed(-50 * 60, HeadFor(SHOCK_COMPENSATED._replace(hr_per_min=157, map_mmhg=66, spo2_pct=93), over_s=900)),
        Timed(-32 * 60, HeadFor(_SINKING, over_s=840)),
        Timed(-15 * 60, HeadFor(_LOW, over_s=780)),
        Timed(-23 * 60, Move(duration_s=6, level=0.4)),
        Timed(25, Move(duration_s=3, level=0.3)),
        Timed(120, Cue("twitch")),
        Timed(300, HeadFor(_LOWER, over_s=2400)),
    ),
    cues={
        "twitch": (
            Timed(0.0, Move(duration_s=1.4, level=0.6)),
            Timed(0.0, Respond(_SPIKE)),
            Timed(0.0, Respond(_FLICKER)),
            Timed(9.0, Pause(duration_s=1.1)),
            Timed(14.0, Move(duration_s=0.8, level=0.35)),
        ),
        "arrest": (
            Timed(0.0, HeadFor(_DYING, over_s=20)),
            Timed(38.0, Pause(duration_s=2.4)),
            Timed(44.0, SetRhythm(Rhythm.ASYSTOLE)),
        ),
        "return": (
            Timed(0.0, HeadFor(_AFTER_ARREST)),
            Timed(0.0, SetRhythm(Rhythm.SINUS)),
            Timed(90.0, HeadFor(RECOVERING._replace(hr_per_min=122, map_mmhg=78), over_s=900)),
        ),
    },
    painful=frozenset({("left", "thorax_mid")}),
    past=PAST,
    responses={
        "oxygen": Response(),
        "fluid": Response(map_mmhg=5, pulse_pressure_mmhg=3, hr_per_min=-4, rise_s=90, hold_s=240, fade_s=150),
        "analgesic": Response(hr_per_min=-16, rr_per_min=-9, begin_s=20, rise_s=90, hold_s=5400, pain_factor=0.45),
        "vasopressor": Response(map_mmhg=9, hr_per_min=3, perfusion=-0.05, begin_s=15, rise_s=40, hold_s=480),
    },
    entries=(
        sc.FindingEntry(-308, "working_dog_recent_deployment"),
        sc.FindingEntry(-306, "collapse"),
        sc.FindingEntry(-305, "lethargy"),
        sc.FindingEntry(-304, "gums_pale"),
        sc.FindingEntry(-303, "crt_prolonged", value=3.0, unit="s"),
        sc.FindingEntry(-302, "pulse_weak"),
        sc.FindingEntry(-296, "sudden_deterioration_overnight"),
        sc.TreatmentEntry(-300, "oxygen", "Oxygen by flow-by, then nasal line", "5 L/min"),
        sc.TreatmentEntry(-290, "fluid", "Balanced crystalloid bolus", "320 mL over 15 min"),
        sc.TreatmentEntry(-240, "fluid", "Balanced crystalloid bolus", "320 mL over 15 min"),
        sc.TreatmentEntry(-225, "antibiotic", "Ampicillin-sulbactam intravenously", "as charted on paper"),
        sc.FindingEntry(-180, "no_response_to_oxygen"),
        sc.FindingEntry(-175, "no_response_to_fluids"),
        sc.TreatmentEntry(
            -150, "vasopressor", "Noradrenaline infusion", "as charted on paper", note="No lasting effect."
        ),
        sc.FindingEntry(-140, "no_response_to_treatment", note="Vasopressor and antibiotic: no lasting effect."),
        sc.FindingEntry(-95, "multi_organ"),
        sc.DiagnosisEntry(
            -90,
            "multiple_organ_dysfunction",
            "Organ failure, no response to oxygen, no response to medication",
            supported_by=("multi_organ", "no_response_to_oxygen", "no_response_to_treatment"),
        ),
        sc.FindingEntry(
            -70,
            "known_blunt_trauma_recent",
            note="Handler: a pipe hit his left side during a search in a factory two weeks ago. No images were taken.",
        ),
        sc.TreatmentEntry(-42, "fluid", "Balanced crystalloid bolus", "160 mL over 10 min", note="No change."),
        sc.NoteEntry(-20, "Blood pressure sinking in spite of everything. Handler has been called in."),
        sc.NoteEntry(-6, "Prognosis discussed with the handler. He is with Rex now."),
    ),
)
