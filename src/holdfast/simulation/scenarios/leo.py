"""Leo: an old family dog who fades overnight, and then, with nothing new given, comes up and stays up.

The scenario knows no cause. What Holdfast may say is that it happens, and that it is worth a second look.
"""

from holdfast.simulation import scenario as sc
from holdfast.simulation.changes import HeadFor, Move, Timed
from holdfast.simulation.states import RALLY, SHOCK_COMPENSATED, Sensor

_FADING = SHOCK_COMPENSATED._replace(hr_per_min=128, map_mmhg=66, spo2_pct=93.5, rr_per_min=26, temp_c=37.3, rsa=0.06)
_FAINT = _FADING._replace(
    hr_per_min=141, map_mmhg=55, pulse_pressure_mmhg=24, spo2_pct=91.5, temp_c=36.8, perfusion=0.35
)
_STIRRING = RALLY._replace(hr_per_min=118, map_mmhg=70, pulse_pressure_mmhg=35, spo2_pct=94.5, rsa=0.12, temp_c=37.0)

LEO = sc.Scenario(
    name="leo",
    title="Leo, family dog: rallies on the table",
    seed=20_260_601,
    signalment=sc.Signalment(
        name="Leo",
        breed="Labrador Retriever",
        sex="male_neutered",
        age_months=158,
        weight_kg=34.5,
        owner="The Hartmann family",
        microchip="900999000000029",
        complaint="Old and failing: has not eaten for two days, could not stand up this evening.",
    ),
    sensors=frozenset({Sensor.ECG, Sensor.OXIMETER, Sensor.ARTERIAL_LINE, Sensor.CUFF, Sensor.THERMOMETER}),
    ecg=sc.EcgShape(r_mv=1.4, p_mv=0.2, q_mv=-0.22, s_mv=-0.3, t_of_r=-0.24),
    begin=_FADING,
    admitted_min=-540,
    course=(
        Timed(-52 * 60, HeadFor(_FADING._replace(hr_per_min=134, map_mmhg=61, spo2_pct=92.5), over_s=1500)),
        Timed(-25 * 60, HeadFor(_FAINT, over_s=1200)),
        Timed(75, Move(duration_s=4, level=0.45)),
        Timed(80, HeadFor(_STIRRING, over_s=150)),
        Timed(150, Move(duration_s=2, level=0.3)),
        Timed(240, HeadFor(RALLY, over_s=360)),
        Timed(410, Move(duration_s=6, level=0.5)),
        Timed(900, HeadFor(RALLY._replace(hr_per_min=96, map_mmhg=88, rsa=0.28, temp_c=38.1), over_s=1800)),
    ),
    entries=(
        sc.FindingEntry(-536, "lethargy"),
        sc.FindingEntry(-536, "anorexia"),
        sc.FindingEntry(-535, "recumbent"),
        sc.FindingEntry(-534, "gums_pale"),
        sc.FindingEntry(-533, "crt_prolonged", value=2.5, unit="s"),
        sc.FindingEntry(-532, "pulse_weak"),
        sc.TreatmentEntry(-520, "fluid", "Balanced crystalloid", "345 mL over 30 min"),
        sc.TreatmentEntry(-500, "oxygen", "Oxygen by nasal line", "3 L/min", note="Unchanged since."),
        sc.TreatmentEntry(-380, "other", "Maropitant intravenously", "as charted on paper"),
        sc.FindingEntry(-240, "no_response_to_fluids"),
        sc.DiagnosisEntry(
            -200,
            "terminal_decline_of_old_age",
            "Old age, organs failing, no response to fluids",
            supported_by=("lethargy", "anorexia", "recumbent", "no_response_to_fluids"),
        ),
        sc.NoteEntry(-130, "Slowly weaker. Nothing new given since midnight at the family's wish."),
        sc.OrderEntry(-10, "check", "Breathing, gums, comfort", every_h=2),
        sc.OrderEntry(-30, "feed", "Offer water and food by hand", every_h=6, first_min=45),
        sc.NoteEntry(-15, "The family is here and has said goodbye."),
    ),
)
