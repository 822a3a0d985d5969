"""A drill: a dog that arrests five minutes after the start and, after four cycles of resuscitation, comes back.

Nothing that is done on the pages changes the course; it is there to practise seeing and charting it.
"""

from holdfast.simulation import courses
from holdfast.simulation import scenario as sc
from holdfast.simulation.changes import HeadFor, SetRhythm, Timed
from holdfast.simulation.states import RECOVERING, SHOCK_DECOMPENSATING, Rhythm, Sensor

_FIRST_RUN_S = 240.0
_HANDS_ON_S = _FIRST_RUN_S + 85.0
_CHECKS = (Rhythm.FINE_VF, Rhythm.ASYSTOLE, Rhythm.AGONAL, Rhythm.PEA)
_BACK_S = _HANDS_ON_S + courses.resuscitation_s(len(_CHECKS))

ARREST = sc.Scenario(
    name="arrest",
    title="Ruby: a drill, an arrest and the way back",
    seed=5_119,
    signalment=sc.Signalment(
        name="Ruby",
        breed="Golden Retriever",
        sex="female",
        age_months=118,
        weight_kg=28.6,
        owner="The drill",
        complaint="Drill. After surgery for a spleen that bled; still intubated.",
    ),
    sensors=frozenset(Sensor),
    ecg=sc.EcgShape(r_mv=1.5, p_mv=0.2, q_mv=-0.25, s_mv=-0.2, t_of_r=0.22),
    begin=RECOVERING._replace(hr_per_min=128, map_mmhg=78, vpc_per_min=3),
    history_min=20,
    admitted_min=-300,
    course=(
        Timed(60, HeadFor(SHOCK_DECOMPENSATING._replace(map_mmhg=58, etco2_mmhg=36, vpc_per_min=18), over_s=150)),
        *courses.collapse(_FIRST_RUN_S),
        *courses.resuscitation(_HANDS_ON_S, _CHECKS),
        *courses.circulation_returns(_BACK_S),
    ),
    cues={"return": (Timed(0.0, SetRhythm(Rhythm.SINUS)), Timed(0.0, HeadFor(RECOVERING, over_s=120)))},
    entries=(
        sc.DiagnosisEntry(-290, "benign_splenic_bleed", "Bleeding spleen, removed"),
        sc.NoteEntry(-30, "Early beats more often since the last hour."),
    ),
)
