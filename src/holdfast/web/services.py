"""What the web edge is handed by the composition root."""

from dataclasses import dataclass, field
from functools import cached_property

from holdfast.usecases.accounts import Hasher
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.context import Context
from holdfast.usecases.documents import Paper
from holdfast.usecases.exchange import Exchange
from holdfast.usecases.film_reports import FilmReports
from holdfast.usecases.handing_out import Proofs
from holdfast.usecases.hook_ports import AnswerHook, Peer, closed
from holdfast.usecases.live import Ward
from holdfast.usecases.machines import Machines
from holdfast.usecases.operations import Operations
from holdfast.usecases.ports import Accounts, FilmReader, Films
from holdfast.usecases.read_log import ReadLog
from holdfast.usecases.reception import Reception
from holdfast.usecases.witnessing import Witnessing
from holdfast.web.film_shelf import FilmShelf
from holdfast.web.passwords import Argon2Hasher
from holdfast.web.sign_in import SignIn


@dataclass(frozen=True)
class Door:
    """Who else may send to this house, in words; empty: only this machine."""

    hl7: str = ""
    dicom: str = ""


@dataclass(frozen=True)
class WebServices:
    """Everything a page can reach."""

    ctx: Context
    accounts: Accounts
    ward: Ward
    films: Films
    reception: Reception
    desk: CallDesk = field(kw_only=True)
    witnessing: Witnessing = field(kw_only=True)
    exchange: Exchange = field(kw_only=True)
    machines: Machines = field(kw_only=True)
    sign_in: SignIn = field(kw_only=True)
    read_film: FilmReader
    proofs: Proofs
    paper: Paper
    film_reports: FilmReports
    secure_cookies: bool
    """True behind TLS: the session cookie is then never sent in the clear."""
    demo: str = ""
    """A line shown on every page of a demonstration; empty on a real ward."""
    door: Door = field(default_factory=Door)
    reads: ReadLog = field(default_factory=ReadLog)
    hasher: Hasher = field(default_factory=Argon2Hasher)
    operations: Operations | None = None
    """How the house is; None where nobody runs one."""

    hooks: AnswerHook = closed
    """What other systems call."""
    hook_systems: tuple[tuple[str, str], ...] = ()
    """(name, address) of each system that may call; the address names its numbering of patients."""
    hook_peers: tuple[Peer, ...] = ()
    """Systems that our own end-of-life order is put before."""

    @cached_property
    def shelf(self) -> FilmShelf:
        """Films that are being looked at."""
        return FilmShelf(self.films, self.read_film)
