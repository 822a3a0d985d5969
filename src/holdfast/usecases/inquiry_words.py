"""What an inquiry did, as lines of the timeline, of an export and of a report."""

from typing import Any

from holdfast.investigation.words import DEPTHS, MATERIALS, OBJECTS, days
from holdfast.record import events as ev
from holdfast.record import inquiry_events as iq
from holdfast.usecases.context import Context


def inquiry_line(ctx: Context, event: ev.AnyEvent) -> tuple[str, str, str] | None:
    """(category, text, detail) of an event of an inquiry; None for any other."""
    match event:
        case iq.ServiceDogLinked():
            return "inquiry", "Linked to a service history", event.how
        case iq.ServiceDogUnlinked():
            return "inquiry", "Link to a service history taken away", event.reason
        case iq.LesionDescribed():
            region = ctx.knowledge.regions.get(event.region)
            return "inquiry", lesion_words(event, region.name if region else event.region), lesion_detail(event)
        case iq.IncidentsCompared():
            return "inquiry", "Incidents compared with the finding", " ".join(statement_words(event.page))
    return None


def lesion_words(event: iq.LesionDescribed, region_name: str) -> str:
    """What was found, in a line."""
    where = f"{event.side} {region_name}" if event.side in ("left", "right") else region_name
    metal = MATERIALS[event.material] if event.material != iq.Material.NOT_RECORDED else ""
    again = "Described anew" if event.reason else "Found"
    return f"{again}: {', '.join(part for part in (OBJECTS[event.found], metal, DEPTHS[event.depth], where) if part)}"


def lesion_detail(event: iq.LesionDescribed) -> str:
    """On whose word it rests."""
    parts = [f"named by {event.by}", event.note, event.reason and f"because: {event.reason}"]
    if event.age is not None:
        age = event.age
        parts.append(f"opinion of {age.by}: {days(age.low_days)} to {days(age.high_days)} old, from {age.reason}")
    return "; ".join(part for part in parts if part)


def statement_words(page: dict[str, Any]) -> list[str]:
    """The sentences of a comparison as it was put on record; a page of another shape says nothing."""
    said = page.get("says", [])
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
