"""Rex's question as the demo and the pages of the documentation have it: the metal, and his simulated past."""

from holdfast.investigation.places import all_places
from holdfast.investigation.question import US_PER_DAY, Question, question
from holdfast.knowledge.loader import load
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import ServiceEntryMade
from holdfast.simulation.scenarios.rex import REX
from holdfast.simulation.scenarios.rex_service import fragment
from making import NOON_US

CHART = all_places({key: region.sides for key, region in load().regions.items()})
FOUND_US = NOON_US
SINCE_US = FOUND_US - int(REX.signalment.age_months * 30.44 * US_PER_DAY)

LESION = fragment(FOUND_US)


def entries() -> list[ServiceEntryMade]:
    """The simulated history; the pipe is ``PIPE``."""
    assert REX.past is not None
    return [
        ServiceEntryMade(
            at_us=FOUND_US + int(one.day * US_PER_DAY),
            entry_id=f"e{number}",
            end_us=None,
            place=one.place,
            by=one.by or REX.past.handler,
            note=one.note,
            what=one.what,
        )
        for number, one in enumerate(REX.past.entries)
    ]


PIPE = next(one.entry_id for one in entries() if "pipe" in str(one.what))
BITE = next(one.entry_id for one in entries() if "Bitten" in str(one.what))


def rex(lesion: iq.LesionDescribed = LESION) -> Question:
    return question(lesion, entries(), SINCE_US)
