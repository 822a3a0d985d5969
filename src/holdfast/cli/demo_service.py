"""The service history of a simulated working dog, written down and linked to its case as people would."""

from holdfast.bootstrap.house import House
from holdfast.kernel.time import US_PER_H
from holdfast.simulation.scenario import Scenario
from holdfast.simulation.service_past import ServicePast
from holdfast.usecases import service

_DAY_US = 24 * US_PER_H
K9_UNIT = "demo:k9-unit"


def write_history(house: House, scenario: Scenario, past: ServicePast, case_id: str, live_us: int) -> str:
    """Begin the history, enter handler and entries, link the case; returns the id of the history."""
    ctx, signalment = house.ctx, scenario.signalment
    dog = service.NewDog(
        name=signalment.name,
        service_number=past.service_number,
        microchip=signalment.microchip,
        breed=signalment.breed,
        unit=past.unit,
        training=True,
    )
    service_id = service.add_dog(ctx, actor=K9_UNIT, dog=dog)
    service.assign_handler(
        ctx,
        actor=K9_UNIT,
        service_id=service_id,
        handler=past.handler,
        unit=past.unit,
        at_us=live_us + int(past.handler_since_day * _DAY_US),
    )
    for one in past.entries:
        at_us = live_us + int(one.day * _DAY_US)
        service.make_entry(
            ctx,
            actor=K9_UNIT,
            service_id=service_id,
            at_us=at_us,
            end_us=None if one.hours is None else at_us + int(one.hours * US_PER_H),
            what=one.what,
            place=one.place,
            by=one.by or past.handler,
            note=one.note,
        )
    service.link(ctx, actor=K9_UNIT, case_id=case_id, service_id=service_id, how="Chip read at the door, simulated")
    return service_id
