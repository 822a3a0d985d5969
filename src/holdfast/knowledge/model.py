"""What Holdfast knows, as frozen values. The data themselves are YAML beside this module.

Every number a user can act on is an :class:`Estimate` or a :class:`Frequency`: it carries where
it comes from and how far it can be trusted. Nothing here reads files; see ``loader``.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.knowledge.alarm_rules import AlarmRules
from holdfast.knowledge.care import Care
from holdfast.knowledge.graded import Accuracy, Measure, Scale, TreatmentResponse, Typical
from holdfast.knowledge.grades import Estimate as Estimate
from holdfast.knowledge.grades import Grade as Grade


class Urgency(StrEnum):
    """How soon a treatable cause must be found to be treatable."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True)
class Source:
    """Something that can be looked up."""

    id: str
    title: str
    url: str
    text_seen: str
    """full, abstract, excerpt or none."""
    year: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Frequency:
    """How often a disease shows a finding: n of N dogs, or ``p`` alone where no counts are known.

    ``p`` is always filled (n/N where counted). ``weight`` is the number of dogs it is worth when
    ranges are drawn (N for counted ones; a small number for estimates).
    """

    finding: str
    p: float
    grade: Grade
    n: int | None = None
    total: int | None = None
    source: str = ""
    note: str = ""

    @property
    def weight(self) -> float:
        """Dogs this number is worth: N where counted; 20 for secondary, 8 for an estimate (ours)."""
        if self.total is not None:
            return float(self.total)
        return 20.0 if self.grade is Grade.SECONDARY else 8.0


@dataclass(frozen=True)
class Complication:
    """A disease that this one causes, and how often."""

    disease: str
    p: float
    grade: Grade
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Modifier:
    """Shifts the prior odds of a disease when the dog fits ``when``."""

    when: str
    """As ``conditions`` reads it: ``breed:boxer``, ``age_years<4``, ``region:AU|NZ & month:10-3`` ..."""
    odds_ratio: float
    grade: Grade
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Exclusion:
    """What would take a disease off the table, and what a negative result does not exclude."""

    test: str
    says: str
    """What result argues against the disease."""
    does_not_exclude: str = ""
    grade: Grade = Grade.ESTIMATE
    source: str = ""


@dataclass(frozen=True)
class Disease:
    """A cause of collapse or acute decline, or a descriptive state that names no cause."""

    key: str
    name: str
    system: str
    descriptive: bool
    """True for states such as multiple organ dysfunction: they describe, and have no treatment of their own."""
    prior: Estimate
    """Share among dogs presenting to a referral emergency room (collapse or acute decline)."""
    treatable: bool
    benefit: Estimate
    """0 to 1: how much finding it changes the outcome (survival with treatment, roughly)."""
    urgency: Urgency
    treatment_summary: str
    """What can be done, in words, without doses."""
    findings: tuple[Frequency, ...]
    complications: tuple[Complication, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    synonyms: tuple[str, ...] = ()
    note: str = ""
    values: tuple[Typical, ...] = ()
    """How measured values lie in dogs with this disease."""


@dataclass(frozen=True)
class Derivation:
    """How a finding follows from a measured value: present when ``value <op> threshold``."""

    observation: str
    """Key of a numeric (``art_mean``, ``hr`` ...) or of a finding with a value (``creatinine_mg_dl``)."""
    op: str
    """One of ``<  <=  >  >=``."""
    threshold: Estimate
    unit: str
    absent_beyond: float | None = None
    """The finding is called absent only on the other side of this value; between the two nothing is said."""


@dataclass(frozen=True)
class Finding:
    """A clinical sign, history item or test result that reasoning can use."""

    key: str
    name: str
    system: str
    stage: str
    """presenting (history, examination, monitor) or workup (needs a test)."""
    leak: Estimate
    """How often critically ill dogs show it without any of the listed diseases being its cause."""
    synonyms: tuple[str, ...] = ()
    derived: tuple[Derivation, ...] = ()
    syndrome: str = ""
    """Findings of one syndrome are correlated signs of one thing and are not counted twice."""
    implies_absent: tuple[str, ...] = ()
    """Keys that this finding, when present, shows to be absent (``cbc_normal`` -> ``anemia`` ...)."""
    quick: bool = False
    """Offered as a one-touch chip on the case page."""
    context: bool = False
    """A circumstance (deployment, exposure, a known blow): it makes causes likelier; no diagnosis has to explain it."""
    response: TreatmentResponse | None = None
    """Set where the finding follows from whether a treatment helped."""
    note: str = ""


@dataclass(frozen=True)
class Test:
    """Something that can be done to find out more."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    key: str
    name: str
    minutes: Estimate
    cost_band: int
    """1 (cents) to 4 (hundreds)."""
    invasiveness: int
    """0 none, 1 touch or small needle, 2 catheter or sedation, 3 anaesthesia."""
    risk_unstable: str
    """What it risks in an unstable dog, in words; empty when nothing to speak of."""
    reveals: tuple[str, ...]
    """Finding keys that its result answers (present or absent)."""
    point_of_care: bool = True
    accuracy: tuple[Accuracy, ...] = ()
    """Findings about which this test can be wrong, where it is known how often."""
    never_with: tuple[str, ...] = ()
    """Finding keys in whose presence it is never asked for: it could not be done, or could kill."""


@dataclass(frozen=True)
class Region:
    """A touchable place on the body chart."""

    key: str
    name: str
    sides: tuple[str, ...]
    """Subset of left, right, midline."""
    focal_finding: str
    """Finding key that a response confined to this place means."""


@dataclass(frozen=True)
class Reason:
    """A short stated reason on the second look."""

    key: str
    text: str
    decision: str
    """proceed, hold or call_colleague."""


@dataclass(frozen=True)
class Tuning:
    """The few numbers that hold for the whole knowledge release; frozen with it."""

    temperature: Estimate
    """Divides the log likelihood of findings: published frequencies over-claim (RESEARCH: T of 1.5 to 2)."""
    silence: Estimate
    """How far an unrecorded finding counts as evidence of absence (0 none, 1 full)."""
    unlisted_share: Estimate
    """Prior mass of 'something of this system that is not on our list', as a share of the system's mass."""
    claim_slope: Estimate = field(default_factory=lambda: Estimate(1.0, Grade.ESTIMATE))
    """How far log odds above those of one in ten count when a probability is claimed; 1: whole. It moves no rank."""
    fitted_for: str = ""
    """:attr:`Knowledge.facts` that these numbers were fitted on; others are older or newer than the data."""


@dataclass(frozen=True)
class Knowledge:
    """One release of everything above, checked for consistency by ``loader``."""

    release: str
    """Version and the first 12 hex digits of the SHA-256 over all data files."""
    sources: dict[str, Source]
    findings: dict[str, Finding]
    diseases: dict[str, Disease]
    tests: dict[str, Test]
    regions: dict[str, Region]
    reasons: dict[str, Reason]
    tuning: Tuning
    aliases: dict[str, str]
    """Any other spelling of a finding -> its key (synonyms included)."""
    disease_aliases: dict[str, tuple[str, ...]]
    """Other names of a diagnosis (published truth labels among them) -> disease keys it can mean."""
    alarms: AlarmRules = field(default_factory=AlarmRules)
    care: Care = field(default_factory=Care)
    """Doses, scores, and the numbers of resuscitation."""
    measures: dict[str, Measure] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    facts: str = ""
    """Digest of what the tuning depends on (diseases, findings, measures, scales): 12 hex digits of SHA-256."""
