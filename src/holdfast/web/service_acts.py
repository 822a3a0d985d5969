"""What can be done to a dog's service history and, on a case, to ask what did it: by form or as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.record import service_events as se
from holdfast.usecases import incidents, service
from holdfast.usecases.ports import Receipt
from holdfast.web.acts import Act, Outcome, command_of, from_form, passed_on, recorded
from holdfast.web.clinic_time import instant
from holdfast.web.entries import Entry
from holdfast.web.gate import Call, Handler, wants_json
from holdfast.web.route import Page
from holdfast.web.service_entries import (
    DogFactEntry,
    HandlerEntry,
    HappeningEntry,
    LesionEntry,
    LinkEntry,
    NewDogEntry,
    StatementEntry,
    UnlinkEntry,
    WithdrawalEntry,
)

_INCIDENTS = "/cases/{}/incidents"


def _at(at: str, at_us: int | None) -> int | None:
    return instant(at) if at else at_us


def _split(where: str) -> tuple[str, str]:
    side, _, region = where.partition(":")
    return side, region


def _add(call: Call, _: str, entry: NewDogEntry, command_id: str) -> Outcome:
    dog = service.NewDog(
        name=entry.name,
        service_number=entry.service_number,
        microchip=entry.microchip,
        breed=entry.breed,
        unit=entry.unit,
        training=entry.training,
    )
    service_id = service.add_dog(call.ctx, actor=call.actor, dog=dog, command_id=command_id)
    return Outcome(f"/service/{service_id}", {"service_id": service_id})


def _fact(call: Call, service_id: str, entry: DogFactEntry, command_id: str) -> Outcome:
    receipt = service.correct_dog(
        call.ctx,
        actor=call.actor,
        service_id=service_id,
        field=entry.field,
        value=entry.value,
        reason=entry.reason,
        command_id=command_id,
    )
    return _told(receipt, service_id)


def _handler(call: Call, service_id: str, entry: HandlerEntry, command_id: str) -> Outcome:
    receipt = service.assign_handler(
        call.ctx,
        actor=call.actor,
        service_id=service_id,
        handler=entry.handler,
        unit=entry.unit,
        account=entry.account,
        at_us=_at(entry.at, entry.at_us),
        command_id=command_id,
    )
    return _told(receipt, service_id)


def _entry(call: Call, service_id: str, entry: HappeningEntry, command_id: str) -> Outcome:
    receipt = service.make_entry(
        call.ctx,
        actor=call.actor,
        service_id=service_id,
        at_us=_at(entry.at, entry.at_us),
        end_us=_at(entry.end, entry.end_us),
        what=happening(entry),
        place=entry.place,
        by=entry.by or _own_name(call),
        note=entry.note,
        replaces=entry.replaces,
        reason=entry.reason,
        command_id=command_id,
    )
    return _told(receipt, service_id)


def _own_name(call: Call) -> str:
    return call.account.name if call.account else ""


def happening(entry: HappeningEntry) -> se.Happening:
    """What the entry says happened; raises ``OperatorError`` for a kind that there is not."""
    side, region = _split(entry.where)
    made: dict[str, Callable[[], se.Happening]] = {
        "deployment": lambda: se.Deployment(
            task=entry.task, gunfire=entry.gunfire, explosion=entry.explosion, gear=entry.gear
        ),
        "training": lambda: se.Training(task=entry.task, gunfire=entry.gunfire),
        "incident": lambda: se.Incident(
            mechanism=entry.mechanism,
            what=entry.what,
            side=side,
            region=region,
            witnesses=entry.witnesses,
            seen=entry.seen,
            seen_words=entry.seen_words,
            treated=entry.treated,
            imaged=entry.imaged,
        ),
        "exposure": lambda: se.Exposure(agent=entry.agent, minutes=entry.minutes, signs=entry.signs),
        "vet_check": lambda: se.VetCheck(
            result=entry.result, places_imaged=entry.places_imaged, metal_seen=entry.metal_seen
        ),
        "fitness": lambda: se.Fitness(state=entry.state, reason=entry.fitness_reason),
    }
    if entry.kind not in made:
        raise OperatorError(f"{entry.kind!r} is no kind of entry.", f"Choose one of: {', '.join(made)}.")
    return made[entry.kind]()


def _withdraw(call: Call, service_id: str, entry: WithdrawalEntry, command_id: str) -> Outcome:
    receipt = service.withdraw_entry(
        call.ctx,
        actor=call.actor,
        service_id=service_id,
        entry_id=entry.entry_id,
        reason=entry.reason,
        command_id=command_id,
    )
    return _told(receipt, service_id)


def _told(receipt: Receipt, service_id: str) -> Outcome:
    return recorded(receipt, f"/service/{service_id}")


def _lesion(call: Call, case_id: str, entry: LesionEntry, command_id: str) -> Outcome:
    side, region = _split(entry.where)
    description = incidents.Description(
        by=entry.by or _own_name(call),
        side=side,
        region=region,
        depth=entry.depth,
        found=entry.found,
        found_basis=entry.found_basis,
        material=entry.material,
        item_id=entry.item_id,
        age_low_days=entry.age_low_days,
        age_high_days=entry.age_high_days,
        age_basis=entry.age_basis,
        age_reason=entry.age_reason,
        age_by=entry.age_by,
        note=entry.note,
        at_us=_at(entry.at, entry.at_us),
    )
    receipt = incidents.describe(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        description=description,
        lesion_id=entry.lesion_id,
        reason=entry.reason,
        command_id=command_id,
    )
    return recorded(receipt, _INCIDENTS.format(case_id))


@dataclass(frozen=True)
class DogAct:
    """As ``acts.Act``, on a dog's history: ``run(call, service_id, entry, command_id)``."""

    name: str
    shape: type[Entry]
    run: Callable[[Call, str, Any, str], Outcome]


DOG_ACTS = (
    DogAct("facts", DogFactEntry, _fact),
    DogAct("handlers", HandlerEntry, _handler),
    DogAct("entries", HappeningEntry, _entry),
    DogAct("withdrawals", WithdrawalEntry, _withdraw),
)
_ADD = DogAct("add", NewDogEntry, _add)

SERVICE_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("service.link", LinkEntry, passed_on(service.link, _INCIDENTS), "service/link"),
        Act("service.unlink", UnlinkEntry, passed_on(service.unlink, _INCIDENTS), "service/unlink"),
        Act("lesions", LesionEntry, _lesion),
        Act("incidents.state", StatementEntry, passed_on(incidents.state, f"{_INCIDENTS}#stated"), "incidents/state"),
    )
}


def _reached(call: Call) -> str:
    service_id = str(call.request.path_params.get("service_id", ""))
    if service_id:
        assert call.account is not None
        service.reached(call.ctx, call.account, service_id)
    return service_id


def _by_form(act: DogAct) -> Handler:
    def handler(call: Call) -> Response:
        entry = from_form(call, act.shape)
        outcome = act.run(call, _reached(call), entry, command_of(entry))
        if wants_json(call.request):
            return JSONResponse({**outcome.told, "location": outcome.location})
        return RedirectResponse(outcome.location, status_code=303)

    return handler


def _by_json(act: DogAct) -> Handler:
    def handler(call: Call) -> Response:
        entry = call.json(act.shape)
        outcome = act.run(call, _reached(call), entry, command_of(entry))
        return JSONResponse(outcome.told, status_code=201)

    return handler


def _doors(act: DogAct, path: str) -> tuple[Page, Page]:
    return (
        Page("POST", path, f"service.{act.name}", lambda: _by_form(act)),
        Page("POST", f"/api{path}", f"api.service.{act.name}", lambda: _by_json(act), reads=act.shape),
    )


PAGES = (
    *_doors(_ADD, "/service"),
    *(page for act in DOG_ACTS for page in _doors(act, f"/service/{{service_id}}/{act.name}")),
)
