"""What is asked: what was found, what is on record of the past, and what was looked into in between."""

from dataclasses import dataclass

from holdfast.kernel.time import US_PER_H
from holdfast.record.inquiry_events import LesionDescribed
from holdfast.record.service_events import Answer, Deployment, Imaged, Incident, ServiceEntryMade, Training, VetCheck

US_PER_DAY = 24 * US_PER_H


@dataclass(frozen=True)
class Happened:
    """An incident on record."""

    entry_id: str
    at_us: int
    incident: Incident


@dataclass(frozen=True)
class Work:
    """A deployment or training: time in which something may have happened that nobody wrote down."""

    entry_id: str
    at_us: int
    task: str
    place: str
    gunfire: Answer
    explosion: Answer


@dataclass(frozen=True)
class Film:
    """A place was looked into at some moment. ``metal_seen`` not recorded: nobody wrote down whether, or what."""

    at_us: int
    places: tuple[str, ...]
    """``side:region``."""
    metal_seen: Answer


@dataclass(frozen=True)
class Question:
    lesion: LesionDescribed
    incidents: tuple[Happened, ...]
    works: tuple[Work, ...]
    films: tuple[Film, ...]
    since_us: int
    """From when on the dog could have been hurt: its birth, or the first entry on record."""

    @property
    def found_us(self) -> int:
        return self.lesion.at_us

    def age_days(self, at_us: int) -> float:
        """Days from a moment to the finding; negative when it came later."""
        return (self.found_us - at_us) / US_PER_DAY


def question(lesion: LesionDescribed, entries: list[ServiceEntryMade], since_us: int) -> Question:
    """The question that these standing entries make. What began after the finding cannot have done it and is kept."""
    incidents, works, films = [], [], []
    for entry in sorted(entries, key=lambda one: (one.at_us, one.entry_id)):
        match entry.what:
            case Incident() as incident:
                incidents.append(Happened(entry.entry_id, entry.at_us, incident))
                looked = {Imaged.NOTHING_FOUND: Answer.NO, Imaged.NOT_RECORDED: Answer.NOT_RECORDED}
                if incident.region and incident.imaged in looked:
                    films.append(Film(entry.at_us, (place(incident.side, incident.region),), looked[incident.imaged]))
            case Deployment() as work:
                works.append(Work(entry.entry_id, entry.at_us, work.task, entry.place, work.gunfire, work.explosion))
            case Training() as work:
                works.append(Work(entry.entry_id, entry.at_us, work.task, entry.place, work.gunfire, Answer.NO))
            case VetCheck() as check if check.places_imaged:
                films.append(Film(entry.at_us, check.places_imaged, check.metal_seen))
    first = min([since_us, *(one.at_us for one in incidents), *(one.at_us for one in works)])
    before = tuple(film for film in films if film.at_us < lesion.at_us)
    return Question(lesion, tuple(incidents), tuple(one for one in works if one.at_us < lesion.at_us), before, first)


def place(side: str, region: str) -> str:
    """A place of the body chart in one word."""
    return f"{side}:{region}"
