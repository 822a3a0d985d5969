"""Recovery and home of a case, folded from their events."""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import home_events as ho


@dataclass(frozen=True)
class MarkEntry:
    """One first sign that was touched."""

    mark_id: str
    sign: str
    note: str
    at_us: int
    by: str
    withdrawn: str = ""


@dataclass(frozen=True)
class LinkEntry:
    """A page for somebody outside; the link itself is nowhere."""

    link_id: str
    token_sha256: str
    who: str
    made_us: int
    made_by: str
    expires_us: int
    revoked: str = ""
    opened: tuple[int, ...] = ()
    """When it was read, as far as that was said."""

    def opens(self, now_us: int) -> bool:
        """Whether the link opens the page at this moment."""
        return not self.revoked and self.made_us <= now_us < self.expires_us


@dataclass(frozen=True)
class HomeMedicine:
    order_id: str
    medicine: str
    how: str
    until: str
    at_us: int
    by: str
    stopped: str = ""

    @property
    def line(self) -> str:
        """As it stands in the letter."""
        return f"{self.medicine}: {self.how}" + (f", until {self.until}" if self.until else "")


@dataclass(frozen=True)
class HomeState:
    """First signs, pages for outside, what was told, medicines for home, letters, and what home saw."""

    marks: tuple[MarkEntry, ...] = ()
    links: dict[str, LinkEntry] = field(default_factory=dict)
    told: tuple[tuple[ho.HandlerTold, str], ...] = ()
    """Each with the account that approved it."""
    photos: tuple[tuple[str, int], ...] = ()
    """(image, when)."""
    medicines: tuple[HomeMedicine, ...] = ()
    letters: tuple[tuple[ho.DischargeWritten, str], ...] = ()
    observed: tuple[ho.HomeObserved, ...] = ()

    @property
    def seen_us(self) -> dict[str, int]:
        """When each sign was seen first, of those that were not taken back."""
        first: dict[str, int] = {}
        for mark in self.marks:
            if not mark.withdrawn:
                first[mark.sign] = min(mark.at_us, first.get(mark.sign, mark.at_us))
        return first

    @property
    def at_home(self) -> tuple[HomeMedicine, ...]:
        """Medicines for home that stand."""
        return tuple(one for one in self.medicines if not one.stopped)

    def link_of(self, token_sha256: str) -> LinkEntry | None:
        return next((one for one in self.links.values() if one.token_sha256 == token_sha256), None)


def apply(state: HomeState, event: ho.ANY_HOME_EVENT, actor: str) -> HomeState:
    """The state after one more event. What names nothing known changes nothing."""
    match event:
        case ho.RecoveryMarked():
            mark = MarkEntry(event.mark_id, event.sign, event.note, event.at_us, actor)
            return replace(state, marks=(*state.marks, mark))
        case ho.RecoveryMarkWithdrawn():
            marks = tuple(
                replace(one, withdrawn=event.reason) if one.mark_id == event.mark_id else one for one in state.marks
            )
            return replace(state, marks=marks)
        case ho.HandlerLinkMade():
            link = LinkEntry(event.link_id, event.token_sha256, event.who, event.at_us, actor, event.expires_us)
            return replace(state, links={**state.links, event.link_id: link})
        case ho.HandlerLinkRevoked() if known := state.links.get(event.link_id):
            return _with_link(state, replace(known, revoked=event.why))
        case ho.HandlerLinkOpened() if known := state.links.get(event.link_id):
            return _with_link(state, replace(known, opened=(*known.opened, event.at_us)))
        case ho.HandlerTold():
            return replace(state, told=(*state.told, (event, actor)))
        case ho.HandlerPhotoShown():
            return replace(state, photos=(*state.photos, (event.image_id, event.at_us)))
        case ho.HomeMedicineOrdered():
            order = HomeMedicine(event.order_id, event.medicine, event.how, event.until, event.at_us, actor)
            return replace(state, medicines=(*state.medicines, order))
        case ho.HomeMedicineStopped():
            medicines = tuple(
                replace(one, stopped=event.reason) if one.order_id == event.order_id else one for one in state.medicines
            )
            return replace(state, medicines=medicines)
        case ho.DischargeWritten():
            return replace(state, letters=(*state.letters, (event, actor)))
        case ho.HomeObserved():
            return replace(state, observed=(*state.observed, event))
    return state


def _with_link(state: HomeState, link: LinkEntry) -> HomeState:
    return replace(state, links={**state.links, link.link_id: link})
