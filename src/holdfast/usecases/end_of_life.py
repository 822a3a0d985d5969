"""What a person records around an end-of-life order. Each step is a fact; none of them holds up another.

Going on with steps missing takes one stated reason for all of them. Nothing here waits, and nothing here stops anybody.
"""

from collections.abc import Sequence

from holdfast.hold.order import ENDS, Act, after, state_of
from holdfast.hold.steps import check_way_on, missing
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.limits import TEXT_MAX
from holdfast.knowledge.end_of_life import Choice, load
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.second_look import COMFORT

TOTAL_MAX = 1_000
"""No tool that is known goes beyond; a larger total is a typing error."""


def current_order(case: CaseState) -> OrderEntry | None:
    """The newest order that has not ended; else the newest of all."""
    going = [order for order in case.orders if state_of(order) not in ENDS]
    every = going or list(case.orders)
    return every[-1] if every else None


def order_of(ctx: Context, case_id: str, order_id: str) -> OrderEntry:
    """Raises ``NotFoundError``."""
    found = next((one for one in ctx.book.case(case_id).orders if one.order_id == order_id), None)
    if found is None:
        raise NotFoundError("There is no such end-of-life order on this case.", "Reload the case.")
    return found


def identify(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    how: str,
    read: str = "",
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Say how it was made sure that this is the right animal. A number that differs from the record is refused once:
    it is the wrong animal, or the record is wrong, and a note says which."""
    case = ctx.book.case(case_id)
    _check_choice(load().identity, how, "Say how the animal was recognised.")
    read, note = _digits(clean_text(read, "The number of the chip")), clean_text(note, "The note")
    if how == "microchip" and not read:
        raise OperatorError("No number was entered for the chip.", "Read the chip, or choose another way.")
    known = _digits(case.microchip)
    if read and known and read != known and not note:
        raise OperatorError(
            f"The chip reads {read}; on record {case.name} has {known}.",
            "Look whether this is the right dog. If the record is wrong, say so in the note.",
        )
    event = eol.AnimalIdentified(at_us=ctx.clock.now_us(), order_id=order_id, how=how, read=read, note=note)
    return _fact(ctx, actor, case_id, event, command_id)


def consent(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    by: str,
    relation: str,
    how: str,
    confirmed_by: str = "",
    witness: str = "",
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Record who consents and how it was heard."""
    data = load()
    _check_choice(data.consent_how, how, "Say how consent was given.")
    if relation not in data.relations:
        raise OperatorError("How this person belongs to the dog is missing.", f"Choose {', '.join(data.relations)}.")
    event = eol.EndOfLifeConsentRecorded(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        by=clean_text(by, "Who consents"),
        relation=relation,
        how=how,
        confirmed_by=clean_text(confirmed_by, "The second person"),
        witness=clean_text(witness, "The witness"),
        note=clean_text(note, "The note"),
    )
    if not event.by:
        raise OperatorError("Nobody is named.", "Write who consents.")
    if how == "telephone" and not (event.confirmed_by or event.witness):
        raise OperatorError("By telephone a second person hears it too.", "Write the name of that person.")
    return _fact(ctx, actor, case_id, event, command_id)


def quality_of_life(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    tool: str,
    total: float,
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Record the total of a named tool."""
    tool = clean_text(tool, "The tool")
    if not tool:
        raise OperatorError("The tool has no name.", "Name the form that the total is of.")
    rule = next((one for one in ctx.knowledge.care.scores.values() if tool in (one.key, one.name)), None)
    low, high = (rule.low, rule.high) if rule else (-TOTAL_MAX, TOTAL_MAX)
    if not low <= total <= high:
        raise OperatorError(f"A total of {total:g} is outside the tool's {low:g} to {high:g}.", "Add it up again.")
    event = eol.QualityOfLifeRecorded(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        tool=rule.name if rule else tool,
        total=total,
        note=clean_text(note, "The note"),
    )
    return _fact(ctx, actor, case_id, event, command_id)


def comfort(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    analgesia: str,
    sedation: str,
    analgesic: str = "",
    analgesic_amount: str = "",
    sedative: str = "",
    sedative_amount: str = "",
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Record what was given against pain and fear, or why not. What was given is a treatment too: what the signals do
    after it is then not taken for a change of its own."""
    order_of(ctx, case_id, order_id)
    if analgesia not in COMFORT or sedation not in COMFORT:
        raise OperatorError("The answer about comfort is incomplete.", "Choose one answer for each.")
    now_us = ctx.clock.now_us()
    events: list[ev.AnyEvent] = [
        ev.ComfortAnswered(
            at_us=now_us, order_id=order_id, analgesia=analgesia, sedation=sedation, note=clean_text(note, "The note")
        )
    ]
    for category, what, amount in (
        ("analgesic", analgesic, analgesic_amount),
        ("sedative", sedative, sedative_amount),
    ):
        if what := clean_text(what, f"The {category}"):
            events.append(
                ev.TreatmentGiven(
                    at_us=now_us,
                    treatment_id=ctx.ids.new_id(),
                    category=category,
                    what=what,
                    amount=clean_text(amount, "The amount"),
                )
            )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=events, command_id=command_id)


def tray_ready(ctx: Context, *, actor: str, case_id: str, order_id: str, command_id: str = "") -> Receipt:
    """The syringe is drawn up: from here on the bed is watched."""
    event = eol.TrayReady(at_us=ctx.clock.now_us(), order_id=order_id)
    return _act(ctx, actor, case_id, Act.TRAY_READY, event, command_id=command_id)


def perform(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    by: str = "",
    what: str = "",
    amount: str = "",
    route: str = "",
    reason: str = "",
    words: str = "",
    command_id: str = "",
) -> Receipt:
    """Record the act. Steps that are missing are passed with ``reason``, all at once."""
    event = eol.EndOfLifePerformed(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        by=clean_text(by, "Who did it") or ctx.book.clinic.name_of(actor),
        what=clean_text(what, "What was given"),
        amount=clean_text(amount, "The amount"),
        route=clean_text(route, "The route"),
    )
    words = clean_text(words, "The words")
    return _act(ctx, actor, case_id, Act.PERFORM, event, reason=reason, words=words, command_id=command_id)


def stop(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    reason: str = "other",
    words: str = "",
    command_id: str = "",
) -> Receipt:
    """Stop, before or after the act. Whoever stands at the table may; the reason may follow in words."""
    _check_choice(load().stop_reasons, reason, "Say why.")
    event = eol.EndOfLifeStopped(
        at_us=ctx.clock.now_us(), order_id=order_id, reason=reason, words=clean_text(words, "The words")
    )
    return _act(ctx, actor, case_id, Act.STOP, event, command_id=command_id)


def check_death(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    absent: Sequence[str] = (),
    present: Sequence[str] = (),
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Record one check of the signs of life."""
    known = {sign.key for sign in load().signs}
    if not (absent or present):
        raise OperatorError("No sign was looked for.", "Say what was absent and what was there.")
    if not known.issuperset({*absent, *present}) or set(absent) & set(present):
        raise OperatorError("The signs cannot be read.", "Say of each sign whether it was there or absent.")
    event = eol.DeathChecked(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        absent=tuple(absent),
        present=tuple(present),
        note=clean_text(note, "The note"),
    )
    return _act(ctx, actor, case_id, Act.SIGN_OF_LIFE if present else Act.CHECK, event, command_id=command_id)


def aftercare(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    item: str,
    choice: str,
    note: str = "",
    command_id: str = "",
) -> Receipt:
    """Record one thing about the body, the necropsy, the papers or what the people keep. Also before the act."""
    known = next((one for one in load().aftercare if one.key == item), None)
    if known is None or choice not in known.choices:
        raise OperatorError("That is not one of the choices.", "Choose from the list; the rest goes into the note.")
    event = eol.AftercareRecorded(
        at_us=ctx.clock.now_us(), order_id=order_id, item=item, choice=choice, note=clean_text(note, "The note")
    )
    return _fact(ctx, actor, case_id, event, command_id)


def open_aftercare(order: OrderEntry) -> tuple[str, ...]:
    """Items of aftercare that nobody has answered, in words."""
    answered = {one.item for one, _ in order.log.every(eol.AftercareRecorded)}
    return tuple(one.text for one in load().aftercare if one.key not in answered)


def finish(ctx: Context, *, actor: str, case_id: str, order_id: str, reason: str = "", command_id: str = "") -> Receipt:
    """Nothing is left to do: the case is closed with it. Items left open take a few words."""
    reason = clean_text(reason, "The reason")

    def build() -> list[ev.AnyEvent]:
        order = order_of(ctx, case_id, order_id)
        after(order, Act.FINISH)
        left = open_aftercare(order)
        if left and not reason:
            raise OperatorError(f"Still open: {', '.join(left)}.", "Answer it, or say in a few words why not.")
        now_us = ctx.clock.now_us()
        closing = [] if ctx.book.case(case_id).closed else [ev.CaseClosed(at_us=now_us, outcome="euthanised")]
        return [eol.EndOfLifeFinished(at_us=now_us, order_id=order_id, reason=reason), *closing]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _act(
    ctx: Context,
    actor: str,
    case_id: str,
    act: Act,
    event: eol.ANY_END_OF_LIFE_EVENT,
    *,
    reason: str = "",
    words: str = "",
    command_id: str = "",
) -> Receipt:
    """Record an act that the table allows; what is missing before the act itself is passed in the same change."""

    def build() -> list[ev.AnyEvent]:
        order = order_of(ctx, case_id, event.order_id)
        after(order, act)
        if act is not Act.PERFORM:
            return [event]
        lacks = missing(order)
        check_way_on(lacks, reason, frozenset(one.key for one in load().pass_reasons))
        if not lacks:
            return [event]
        names = tuple(step.value for step in lacks)
        passed = eol.EndOfLifeStepsPassed(
            at_us=event.at_us, order_id=event.order_id, steps=names, reason=reason, words=words
        )
        return [passed, event]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _fact(ctx: Context, actor: str, case_id: str, event: eol.ANY_END_OF_LIFE_EVENT, command_id: str) -> Receipt:
    """A fact is true whatever else happens; only its order must exist."""
    order_of(ctx, case_id, event.order_id)
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def _check_choice(choices: Sequence[Choice], key: str, remedy: str) -> None:
    if key not in {one.key for one in choices}:
        raise OperatorError("One of the list is needed.", f"{remedy} {'; '.join(one.text for one in choices)}.")


def _digits(text: str) -> str:
    """A chip number as it is compared: without blanks and dashes."""
    return "".join(letter for letter in text if letter.isalnum())[:TEXT_MAX]
