"""``holdfast knowledge check``: is the knowledge release consistent, and where is it weakest?"""

import json
from dataclasses import asdict

from holdfast.knowledge.checker import check as check_knowledge
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Grade, Knowledge
from holdfast.reasoning.assessment import prepare
from holdfast.reasoning.ranges import Parameter
from holdfast.reasoning.sensitivity import Sensitivity, sensitivity


def check(*, as_json: bool) -> int:
    """Print the checker's report; 1 when it found an error."""
    knowledge = load()
    report = check_knowledge(knowledge)
    ready = prepare(knowledge)
    leaned_on = sensitivity(knowledge, ready.world, ready.draws)
    if as_json:
        print(json.dumps({**asdict(report), "sensitivity": asdict(leaned_on)}))
    else:
        counts = ", ".join(f"{count} {what}" for what, count in report.counts.items())
        print(f"Knowledge release {knowledge.release}: {counts}")
        shares = ", ".join(f"{grade.value} {share:.1%}" for grade, share in report.shares.items())
        print(f"All numbers: {shares}")
        for line in (*(f"error: {e}" for e in report.errors), *(f"warning: {w}" for w in report.warnings)):
            print(line)
        _print_sensitivity(knowledge, leaned_on)
    return 1 if report.errors else 0


def _print_sensitivity(knowledge: Knowledge, found: Sensitivity) -> None:
    """What conclusions about made dogs lean on, the background rates first: they are curated first."""
    kinds = ", ".join(f"{name} {width:.2f}" for name, width in found.by_kind.items())
    print(f"Spread of log odds of the leading causes of {found.dogs} made dogs that goes with each kind: {kinds}")
    for title, pulls in (("Background rates", found.backgrounds), ("Other numbers", found.others)):
        print(f"{title} that move conclusions most:")
        for pull in pulls:
            value, grade = _number(knowledge, pull.parameter)
            disease, finding = pull.parameter.disease or "background", pull.parameter.finding or "prior"
            print(f"  {pull.width:.2f}  {disease}, {finding}: {value:.3g} ({grade.value})")


def _number(knowledge: Knowledge, parameter: Parameter) -> tuple[float, Grade]:
    """Value and grade of one number as the release has it; an unlisted disease has an estimate of ours."""
    if not parameter.disease:
        leak = knowledge.findings[parameter.finding].leak
        return leak.value, leak.grade
    disease = knowledge.diseases.get(parameter.disease)
    if disease is None:
        return knowledge.tuning.unlisted_share.value, Grade.ESTIMATE
    if not parameter.finding:
        return disease.prior.value, disease.prior.grade
    own = next((one for one in disease.findings if one.finding == parameter.finding), None)
    return (own.p, own.grade) if own else (0.0, Grade.ESTIMATE)
