"""Pages for people outside, what they are told, and what they tell: a link instead of an account.

A link is random, signed, ends by itself and can be closed; of it only the hash is on record. Nothing of the monitor and
no alarm is ever behind it.
"""

import hashlib
import hmac

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import US_PER_H, US_PER_MIN
from holdfast.knowledge.recovery_care import load
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.record.case_state import CaseState
from holdfast.record.home_state import LinkEntry
from holdfast.recovery.home_rules import Advised, Observed, advise
from holdfast.usecases.call_ports import Signer
from holdfast.usecases.calling import open_call
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt

LINK_DAYS_MAX = 60
WHO_MAX = 60
OPENED_EVERY_US = 10 * US_PER_MIN
"""That the page was read is said at most so often: a page that refreshes itself must not fill the record."""
OBSERVATIONS_PER_DAY_MAX = 48
"""From one link; more is no observation but somebody at play."""
CHOICES: dict[str, tuple[str, ...]] = {
    "effort": ("easy", "hard"),
    "gums": ("pink", "pale_or_blue"),
    "appetite": ("all", "some", "none"),
    "gait": ("normal", "stiff", "weak_or_lame", "cannot_stand"),
    "wound": ("dry", "red_swollen_wet", "open_or_bleeding"),
}
"""What can be chosen; empty: not looked at."""
BREATHS_MIN, BREATHS_MAX = 4.0, 250.0
"""Beyond these somebody miscounted."""


def make_link(
    ctx: Context, signer: Signer, *, actor: str, case_id: str, who: str, days: int, command_id: str = ""
) -> str:
    """Open a page for somebody and return the token of its link: the only moment at which it can be read."""
    ctx.book.case(case_id)
    who = clean_text(who, "The name")
    if not who or len(who) > WHO_MAX:
        raise OperatorError("For whom is the page?", f"Write a name of at most {WHO_MAX} characters.")
    if not 1 <= days <= LINK_DAYS_MAX:
        raise OperatorError(f"{days} days is no time for a link.", f"Choose 1 to {LINK_DAYS_MAX}.")
    named = f"{case_id}.{ctx.ids.new_secret()}"
    token = f"{named}.{signer.sign(f'home:{named}')}"
    now_us = ctx.clock.now_us()
    event = ho.HandlerLinkMade(
        at_us=now_us,
        link_id=ctx.ids.new_id(),
        token_sha256=_hash(token),
        who=who,
        expires_us=now_us + days * 24 * US_PER_H,
    )
    receipt = record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)
    if receipt.duplicate:
        raise OperatorError("This link was made before; it can be read only once.", "Make a new one.")
    return token


def revoke_link(
    ctx: Context, *, actor: str, case_id: str, link_id: str, why: str = "", command_id: str = ""
) -> Receipt:
    """Close a page: its link opens nothing any more."""

    def build() -> list[ev.AnyEvent]:
        link = ctx.book.case(case_id).home.links.get(link_id)
        if link is None or link.revoked:
            raise NotFoundError("There is no such page open.", "Reload the page.")
        reason = clean_text(why, "The reason") or "closed by a person"
        return [ho.HandlerLinkRevoked(at_us=ctx.clock.now_us(), link_id=link_id, why=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def opened(ctx: Context, signer: Signer, token: str) -> tuple[CaseState, LinkEntry]:
    """The case and the link that a token opens; raises ``NotFoundError``, always with the same words."""
    refused = NotFoundError("This page is not open (any more).", "Ask the clinic for a new link.")
    named, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signer.sign(f"home:{named}").encode(), signature.encode()):
        raise refused
    try:
        case = ctx.book.case(named.partition(".")[0])
    except NotFoundError:
        raise refused from None
    link = case.home.link_of(_hash(token))
    if link is None or not link.opens(ctx.clock.now_us()):
        raise refused
    return case, link


def note_opened(ctx: Context, case: CaseState, link: LinkEntry) -> None:
    """On record that the page was read, unless that was said just now."""
    now_us = ctx.clock.now_us()
    if link.opened and 0 <= now_us - link.opened[-1] < OPENED_EVERY_US:
        return
    event = ho.HandlerLinkOpened(at_us=now_us, link_id=link.link_id)
    record(
        ctx,
        actor=f"link:{link.link_id}",
        stream=ev.case_stream(case.case_id),
        events=[event],
        command_id=f"opened.{link.link_id}.{now_us // OPENED_EVERY_US}",
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# What the handler is told


def draft(ctx: Context, case_id: str, now_us: int) -> str:
    """A suggestion in plain words, from what people entered; a person writes or approves what is shown. While the
    animal gets worse there is none: good news must not write itself."""
    case = ctx.book.case(case_id)
    if case.closed or any(one.condition == "deterioration" and one.ended_us is None for one in case.conditions):
        return ""
    if any(one.priority == "high" for one in case.alarms.alarms):
        return ""
    name = case.name
    parts: list[str] = []
    done = [one for one in case.surgeries.values() if one.ended_us is not None]
    running = [one for one in case.surgeries.values() if one.began_us is not None and one.ended_us is None]
    if running:
        return f"{name} is being operated on now. We will write when it is over."
    if done:
        parts.append(f"{name}'s operation ({done[-1].procedure}) is over.")
    they, their = ("She", "her") if case.admitted.sex.startswith("female") else ("He", "his")
    told = {
        "swallow": "swallowed",
        "ear": "moved an ear",
        "eyes": f"opened {their} eyes",
        "paw": "moved a paw",
        "tail": f"moved {their} tail",
        "voice": "made a sound",
        "sternal": f"lain on {their} chest",
        "standing": "stood up",
    }
    seen = [told[key] for key in case.home.seen_us if key in told]
    if seen:
        listed = ", ".join(seen[:-1]) + (" and " if len(seen) > 1 else "") + seen[-1]
        parts.append(f"{they} has {listed}.")
    if any(one.category == "analgesic" and now_us - one.at_us < 12 * US_PER_H for one in case.treatments):
        parts.append(f"{they} has had something against pain.")
    return " ".join(parts)


def tell(ctx: Context, *, actor: str, case_id: str, text: str, draft: str = "", command_id: str = "") -> Receipt:
    """Put a clinician's words on the page."""
    ctx.book.case(case_id)
    if not (text := clean_text(text, "The words")):
        raise OperatorError("There are no words to show.", "Write how he is.")
    event = ho.HandlerTold(at_us=ctx.clock.now_us(), text=text, draft=clean_text(draft, "The draft"))
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


# What home observes


def observe(
    ctx: Context,
    case: CaseState,
    link: LinkEntry,
    *,
    breaths_per_min: float | None = None,
    effort: str = "",
    gums: str = "",
    appetite: str = "",
    gait: str = "",
    wound: str = "",
    note: str = "",
    image_id: str = "",
    command_id: str = "",
) -> ho.HomeObserved:
    """Record what was seen at home with the advice on it; a worrying one calls somebody in the clinic."""
    chosen = {"effort": effort, "gums": gums, "appetite": appetite, "gait": gait, "wound": wound}
    for field, value in chosen.items():
        if value and value not in CHOICES[field]:
            raise OperatorError(f"{value!r} cannot be chosen for {field}.", "Choose one of the buttons.")
    if breaths_per_min is not None and not BREATHS_MIN <= breaths_per_min <= BREATHS_MAX:
        raise OperatorError(f"{breaths_per_min:g} breaths a minute cannot be right.", "Count once more for 30 seconds.")
    note = clean_text(note, "The note")
    if breaths_per_min is None and not any(chosen.values()) and not note and not image_id:
        raise OperatorError("Nothing was entered.", "One thing is enough: what did you see?")
    now_us = ctx.clock.now_us()
    mine = [one for one in case.home.observed if one.link_id == link.link_id and one.at_us > now_us - 24 * US_PER_H]
    if len(mine) >= OBSERVATIONS_PER_DAY_MAX:
        raise OperatorError("That is very often for one day.", "Call the clinic by telephone.")
    care = load()
    seen = Observed(now_us, breaths_per_min, **chosen)
    advised = advise(care.home, seen, [_observed(one) for one in case.home.observed])
    event = ho.HomeObserved(
        at_us=now_us,
        observation_id=ctx.ids.new_id(),
        link_id=link.link_id,
        breaths_per_min=breaths_per_min,
        note=note,
        image_id=image_id,
        advice=advised.advice,
        rules=tuple(rule.key for rule in advised.rules),
        **chosen,
    )
    actor, stream = f"link:{link.link_id}", ev.case_stream(case.case_id)
    receipt = record(ctx, actor=actor, stream=stream, events=[event], command_id=command_id)
    recorded = receipt.recorded[0].event
    assert isinstance(recorded, ho.HomeObserved)
    if not receipt.duplicate and advised.advice in care.calls:
        _call(ctx, case, link, recorded, advised, care.calls[advised.advice])
    return recorded


def _call(
    ctx: Context, case: CaseState, link: LinkEntry, seen: ho.HomeObserved, advised: Advised, priority: str
) -> None:
    try:
        open_call(
            ctx,
            actor=f"link:{link.link_id}",
            case_id=case.case_id,
            cause="home",
            cause_id=seen.observation_id,
            text=f"From home ({link.who}): {advised.rules[0].words}",
            priority=priority,
        )
    except OperatorError:
        return  # no call list: it stands on the page of the case, and the adviser's words say to telephone


def _observed(one: ho.HomeObserved) -> Observed:
    return Observed(one.at_us, one.breaths_per_min, one.effort, one.gums, one.appetite, one.gait, one.wound)
