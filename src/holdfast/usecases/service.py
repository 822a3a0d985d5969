"""What people do with a working dog's history: begin it, name its handler, write down, correct, link it to a case."""

from collections.abc import Callable, Sequence

import msgspec

from holdfast.kernel.errors import NotAllowedError, NotFoundError, OperatorError
from holdfast.kernel.limits import EARLIEST_US
from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.events import AnyEvent, case_stream
from holdfast.record.service_state import ServiceDog, ServiceEntry
from holdfast.usecases.accounts import Role
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Account, Receipt

FITNESS = ("fit", "limited", "unfit")
FACTS = ("name", "service_number", "microchip", "breed", "unit")
_MINUTES_MAX = 7 * 24 * 60.0


class NewDog(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a history begins."""

    name: str
    service_number: str = ""
    microchip: str = ""
    breed: str = ""
    unit: str = ""
    training: bool = False


def may_reach(dog: ServiceDog, account: Account) -> bool:
    """Whether an account may open this history: a handler reaches the dogs that they lead now, others all of them."""
    return account.role != Role.HANDLER or (dog.handler is not None and dog.handler.account == account.account_id)


def reached(ctx: Context, account: Account, service_id: str) -> ServiceDog:
    """The history; raises ``NotAllowedError`` for a handler of another dog."""
    dog = ctx.book.service_dog(service_id)
    if not may_reach(dog, account):
        raise NotAllowedError("You do not lead this dog.", "Ask the clinic to enter you as its handler.")
    return dog


def add_dog(ctx: Context, *, actor: str, dog: NewDog, command_id: str = "") -> str:
    """Begin a history and return its id. A chip or service number that another dog has is refused."""
    texts = {name: clean_text(getattr(dog, name), f"The {name.replace('_', ' ')}") for name in FACTS}
    if not texts["name"]:
        raise OperatorError("The dog has no name.", "Write its name.")
    if not texts["microchip"] and not texts["service_number"]:
        raise OperatorError("Nothing identifies this dog.", "Enter its microchip or its service number.")
    service_id = ctx.ids.new_id()

    def build() -> list[AnyEvent]:
        _check_unique(ctx, texts, dog.training)
        return [se.ServiceDogAdded(at_us=ctx.clock.now_us(), training=dog.training, **texts)]

    stream = se.service_stream(service_id)
    receipt = record_checked(ctx, actor=actor, stream=stream, build=build, command_id=command_id)
    return receipt.recorded[0].stream.removeprefix(se.SERVICE_PREFIX)


def _check_unique(ctx: Context, facts: dict[str, str], training: bool, but: str = "") -> None:
    for other in ctx.book.service_dogs():
        if other.service_id == but or other.added.training != training:
            continue
        for name in ("microchip", "service_number"):
            if facts.get(name) and facts[name] == other.fact(name):
                raise OperatorError(
                    f"{other.fact('name')} has this {name.replace('_', ' ')} already.",
                    "Open that dog's history instead.",
                )


def correct_dog(
    ctx: Context, *, actor: str, service_id: str, field: str, value: str, reason: str, command_id: str = ""
) -> Receipt:
    """Correct what identifies the dog; the first entry stays on record."""
    if field not in FACTS:
        raise OperatorError(f"{field!r} cannot be corrected here.", f"Correctable: {', '.join(FACTS)}.")
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("A correction needs a reason.", "Say in a few words why it changes.")
    value = clean_text(value, "The value")

    def build() -> list[AnyEvent]:
        dog = ctx.book.service_dog(service_id)
        _check_unique(ctx, {field: value}, dog.added.training, but=service_id)
        return [se.ServiceDogCorrected(at_us=ctx.clock.now_us(), field=field, value=value, reason=reason)]

    return _on_dog(ctx, actor, service_id, build, command_id)


def assign_handler(
    ctx: Context,
    *,
    actor: str,
    service_id: str,
    handler: str,
    unit: str = "",
    account: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Name who leads the dog from a moment on. ``account`` must be a handler's."""
    if not (handler := clean_text(handler, "The handler")):
        raise OperatorError("Nobody is named.", "Write the handler's name.")
    person = ctx.book.clinic.people.get(account)
    if account and (person is None or person.role != Role.HANDLER or person.closed):
        raise OperatorError("That account is not a handler's.", "Choose one of the list, or leave it empty.")
    event = se.HandlerAssigned(
        at_us=_past(ctx, at_us), handler=handler, unit=clean_text(unit, "The unit"), account=account
    )
    return _on_dog(ctx, actor, service_id, lambda: _if_there(ctx, service_id, [event]), command_id)


def make_entry(
    ctx: Context,
    *,
    actor: str,
    service_id: str,
    at_us: int | None,
    what: se.Happening,
    end_us: int | None = None,
    place: str = "",
    by: str = "",
    note: str = "",
    replaces: str = "",
    reason: str = "",
    command_id: str = "",
) -> Receipt:
    """Write down something of the dog's service, or with ``replaces`` correct what was written."""
    event = checked_entry(
        ctx,
        se.ServiceEntryMade(
            at_us=_past(ctx, at_us),
            entry_id=ctx.ids.new_id(),
            end_us=end_us,
            place=place,
            by=by,
            note=note,
            what=what,
            replaces=replaces,
            reason=reason,
        ),
    )
    if replaces and not event.reason:
        raise OperatorError("A correction needs a reason.", "Say in a few words what was wrong.")

    def build() -> list[AnyEvent]:
        if replaces:
            _standing(ctx, service_id, replaces)
        return _if_there(ctx, service_id, [event])

    return _on_dog(ctx, actor, service_id, build, command_id)


def withdraw_entry(
    ctx: Context, *, actor: str, service_id: str, entry_id: str, reason: str, command_id: str = ""
) -> Receipt:
    """Take an entry back that should never have been there; it stays readable."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Taking an entry back needs a reason.", "Say in a few words why.")

    def build() -> list[AnyEvent]:
        _standing(ctx, service_id, entry_id)
        return [se.ServiceEntryWithdrawn(at_us=ctx.clock.now_us(), entry_id=entry_id, reason=reason)]

    return _on_dog(ctx, actor, service_id, build, command_id)


def checked_entry(ctx: Context, event: se.ServiceEntryMade) -> se.ServiceEntryMade:
    """The entry with its texts trimmed; raises ``OperatorError`` for one that cannot be right."""
    texts = {name: getattr(event, name) for name in ("place", "by", "note", "reason")}
    event = msgspec.structs.replace(event, what=_checked_what(ctx, event.what), **_cleaned(texts))
    if not event.by:
        raise OperatorError("Nobody is named who tells this.", "Enter the name of the person as on paper.")
    now_us = ctx.clock.now_us()
    if event.at_us > now_us or (event.end_us is not None and event.end_us > now_us):
        raise OperatorError("That lies in the future.", "Enter when it happened.")
    if event.at_us < EARLIEST_US:
        raise OperatorError("That lies before any dog of today was born.", "Enter when it happened.")
    if event.end_us is not None and event.end_us < event.at_us:
        raise OperatorError("It ends before it begins.", "Correct one of the two times.")
    return event


def _checked_what(ctx: Context, what: se.Happening) -> se.Happening:
    texts = {name: value for name in what.__struct_fields__ if type(value := getattr(what, name)) is str}
    what = msgspec.structs.replace(what, **_cleaned(texts))
    match what:
        case se.Incident():
            if not what.what:
                raise OperatorError("The incident says nothing.", "Say in a few words what hit him, from where.")
            check_place(ctx, what.side, what.region)
        case se.VetCheck():
            if not what.result:
                raise OperatorError("The check has no result.", "Say what was looked at and found.")
            for one in what.places_imaged:
                check_place(ctx, *_split(one))
        case se.Exposure():
            if not what.agent:
                raise OperatorError("Nobody said to what.", "For example smoke, heat, noise.")
            if what.minutes is not None and not 0 < what.minutes <= _MINUTES_MAX:
                raise OperatorError("That many minutes cannot be right.", "Enter minutes, up to a week.")
        case se.Fitness():
            if what.state not in FITNESS:
                raise OperatorError(f"{what.state!r} is no fitness.", f"Choose one of: {', '.join(FITNESS)}.")
    return what


def _split(place: str) -> tuple[str, str]:
    side, _, region = place.partition(":")
    return side, region


def check_place(ctx: Context, side: str, region: str) -> None:
    """Raise unless it is a place of the body chart, or none at all."""
    if not side and not region:
        return
    known = ctx.knowledge.regions.get(region)
    if known is None or side not in known.sides:
        raise OperatorError(f"The body chart has no place {side!r} {region!r}.", "Choose one of the list.")


def _cleaned(texts: dict[str, str]) -> dict[str, str]:
    return {name: clean_text(text, f"The {name.replace('_', ' ')}") for name, text in texts.items()}


def _standing(ctx: Context, service_id: str, entry_id: str) -> ServiceEntry:
    entry = ctx.book.service_dog(service_id).entries.get(entry_id)
    if entry is None or not entry.standing:
        raise OperatorError("That entry does not stand (any more).", "Reload the page to see what does.")
    return entry


def _if_there(ctx: Context, service_id: str, events: list[AnyEvent]) -> list[AnyEvent]:
    ctx.book.service_dog(service_id)
    return events


def _past(ctx: Context, at_us: int | None) -> int:
    return ctx.clock.now_us() if at_us is None else at_us


def _on_dog(
    ctx: Context, actor: str, service_id: str, build: Callable[[], Sequence[AnyEvent]], command_id: str
) -> Receipt:
    stream = se.service_stream(service_id)
    return record_checked(ctx, actor=actor, stream=stream, build=build, command_id=command_id)


def link(ctx: Context, *, actor: str, case_id: str, service_id: str, how: str, command_id: str = "") -> Receipt:
    """Say whose history a case belongs to. Never by a name: somebody has to say how they know."""
    if not (how := clean_text(how, "How it is known")):
        raise OperatorError("Nobody said how they know.", "For example 'chip read', 'the handler says so'.")

    def build() -> list[AnyEvent]:
        case, dog = ctx.book.case(case_id), ctx.book.service_dog(service_id)
        if case.training != dog.added.training:
            raise OperatorError("One of the two is simulated.", "Link a training case to a simulated history only.")
        if case.inquiry.linked is not None:
            raise OperatorError("This case has a service history already.", "Take that link away first.")
        return [
            iq.ServiceDogLinked(at_us=ctx.clock.now_us(), service_id=service_id, how=how, service_version=dog.version)
        ]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def unlink(ctx: Context, *, actor: str, case_id: str, reason: str, command_id: str = "") -> Receipt:
    """It was another dog's history after all."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Taking a link away needs a reason.", "Say in a few words why.")

    def build() -> list[AnyEvent]:
        linked = ctx.book.case(case_id).inquiry.linked
        if linked is None:
            raise OperatorError("This case has no service history.", "Reload the page.")
        return [iq.ServiceDogUnlinked(at_us=ctx.clock.now_us(), service_id=linked.service_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def linked_dog(ctx: Context, case_id: str) -> ServiceDog | None:
    """The history that a case is linked to."""
    linked = ctx.book.case(case_id).inquiry.linked
    if linked is None:
        return None
    try:
        return ctx.book.service_dog(linked.service_id)
    except NotFoundError:
        return None


def suggested(ctx: Context, case_id: str) -> list[ServiceDog]:
    """Histories whose chip is the case's: for a person to look at, never linked by themselves."""
    case = ctx.book.case(case_id)
    chip = case.microchip
    return [
        dog
        for dog in ctx.book.service_dogs()
        if chip and dog.fact("microchip") == chip and dog.added.training == case.training
    ]
