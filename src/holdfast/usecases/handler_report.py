"""The report for the handler or owner, in plain words: what happened, what was done, what is not known."""

from holdfast.custody.item import Item
from holdfast.record import custody_events as cu
from holdfast.record.case_state import CaseState
from holdfast.record.events import Decision, Presence
from holdfast.usecases import custody
from holdfast.usecases.case_report import Asked, who
from holdfast.usecases.context import Context
from holdfast.usecases.documents import Block, Document, Heading, Text
from holdfast.usecases.ports import Films

FINDINGS_MOST = 12


def handler_report(ctx: Context, _: Films, asked: Asked) -> Document:
    """What had been recorded by ``asked.until_us``, without the words of the trade where there are others."""
    case = ctx.book.case_at(asked.case_id, asked.until_us)
    items = list(custody.items_of(ctx, asked.case_id, asked.until_us).values())
    handler = case.corrected("handler") or case.admitted.handler
    greeting = f"For {asked.recipient or handler or 'whoever cares for ' + case.name}."
    blocks: list[Block] = [Text(greeting), *_training(case), *_came(case, asked), *_thought(case, asked)]
    blocks += [*_seen(ctx, case), *_done(case, asked), *_end_of_life(ctx, case, asked)]
    blocks += [*_found(items, asked), *_now(case, asked), *_unknown(case, items)]
    foot = f"{case.name}, case {asked.case_id}, as of {asked.stamp(asked.until_us)} ({asked.zone})"
    return Document(title=f"{case.name}: what happened", foot=foot, blocks=tuple(blocks))


def _training(case: CaseState) -> list[Block]:
    return [Text("This is a training case: nothing in it happened to an animal.", "problem")] if case.training else []


def _came(case: CaseState, asked: Asked) -> list[Block]:
    complaint = case.corrected("complaint") or case.admitted.complaint
    why = f" Why: {complaint}." if complaint else ""
    return [Heading("Arrival"), Text(f"{case.name} came to us on {asked.stamp(case.admitted.at_us)}.{why}")]


def _thought(case: CaseState, asked: Asked) -> list[Block]:
    if not case.diagnoses:
        return []
    told = [f"{one.text} (from {asked.stamp(one.at_us)})" for one in case.diagnoses]
    words = f"The team worked with this: {told[0]}."
    words += "".join(f" Later it changed to: {one}." for one in told[1:])
    return [Heading("What the team thought it was"), Text(words)]


def _seen(ctx: Context, case: CaseState) -> list[Block]:
    names = []
    for entry in case.standing_findings:
        known = ctx.knowledge.findings.get(entry.key)
        if entry.presence is Presence.PRESENT and known is not None:
            names.append(known.name)
    sore = [t for t in case.touches if t.response.value in ("flinches", "vocalises", "bites")]
    blocks: list[Block] = []
    if names:
        more = f", and {len(names) - FINDINGS_MOST} more" if len(names) > FINDINGS_MOST else ""
        blocks.append(Text("Seen on examination: " + "; ".join(names[:FINDINGS_MOST]) + more + "."))
    for touch in sore[-3:]:
        region = ctx.knowledge.regions.get(touch.region)
        side = "" if touch.side == "midline" else f"{touch.side} "
        blocks.append(Text(f"Pressing here hurt: {side}{region.name if region else touch.region}."))
    return [Heading("What was seen"), *blocks] if blocks else []


def _done(case: CaseState, asked: Asked) -> list[Block]:
    if not case.treatments:
        return []
    given = "; ".join(f"{one.what}{' ' + one.amount if one.amount else ''}" for one in case.treatments)
    return [Heading("What was given"), Text(f"{given}. First on {asked.stamp(case.treatments[0].at_us)}.")]


def _end_of_life(ctx: Context, case: CaseState, asked: Asked) -> list[Block]:
    words = {
        Decision.PROCEED: "it was decided to go on",
        Decision.HOLD: "the team stopped and looked again",
        Decision.CALL_COLLEAGUE: "a colleague was called first",
    }
    blocks: list[Block] = []
    for order in case.orders:
        text = (
            f"On {asked.stamp(order.at_us)} {who(ctx, order.actor)} ordered to let {case.name} go: {order.indication}."
        )
        consent = f"{order.consent_by} agreed ({order.consent_how.replace('_', ' ')})" if order.consent_by else ""
        text += f" {consent}." if consent else ""
        for decision, actor in order.decisions:
            text += f" On {asked.stamp(decision.at_us)} {words[decision.decision]} ({who(ctx, actor)})."
        blocks.append(Text(text))
    return [Heading("The question of letting go"), *blocks] if blocks else []


def _found(items: list[Item], asked: Asked) -> list[Block]:
    blocks: list[Block] = []
    for item in items:
        if item.created is None:
            continue
        made = item.created
        text = f"On {asked.stamp(made.at_us)} {made.by} took out: {made.description}."
        where = {
            "in hand": f"It is now with {item.holder}{' of ' + item.organisation if item.organisation else ''}",
            "in store": f"It is now kept in {item.place}",
            "offered": "It is being handed over; the receiver has not confirmed it yet",
            "disposed of": "It is not kept any more",
        }[item.where.value]
        text += f" {where}" + (f", in a sealed bag, seal {item.seal}." if item.seal else ", in no sealed bag.")
        blocks.append(Text(text))
        withdrawn = {s.event.opinion_id for s in item.opinions if isinstance(s.event, cu.OpinionWithdrawn)}
        for step in item.opinions:
            said = step.event
            if isinstance(said, cu.OpinionStated) and said.opinion_id not in withdrawn:
                by = f"{said.by}, {said.profession}" if said.profession else said.by
                blocks.append(
                    Text(f"What {by} makes of it: {said.text}. This is a judgement, not a measurement.", "opinion")
                )
        if item.breaks:
            blocks.append(Text("The list of hands it went through has a gap; the full report names it.", "problem"))
    return [Heading("What was taken out"), *blocks] if blocks else []


def _now(case: CaseState, asked: Asked) -> list[Block]:
    now = (
        f"The case was closed: {case.closed}."
        if case.closed
        else f"On {asked.stamp(asked.until_us)} {case.name} was in our care."
    )
    return [Heading("Now"), Text(now)]


def _unknown(case: CaseState, items: list[Item]) -> list[Block]:
    texts = []
    if not case.working:
        texts.append("No cause was written down.")
    if items:
        texts.append("When and how it came into the body is not known from this record alone.")
    texts.append("Ask the team about anything here that is not clear. The full report holds every entry with its time.")
    return [Heading("What we do not know"), *(Text(text) for text in texts)]
