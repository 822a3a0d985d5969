"""What the web edge is handed by the composition root."""

from dataclasses import dataclass, field
from functools import cached_property

from holdfast.usecases.accounts import Hasher
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.context import Context
from holdfast.usecases.documents import Paper
from holdfast.usecases.film_reports import FilmReports
from holdfast.usecases.handing_out import Proofs
from holdfast.usecases.live import Ward
from holdfast.usecases.operations import Operations
from holdfast.usecases.ports import Accounts, FilmReader, Films
from holdfast.usecases.reception import Reception
from holdfast.web.film_shelf import FilmShelf
from holdfast.web.passwords import Argon2Hasher


@dataclass(frozen=True)
class WebServices:
    """Everything a page can reach."""

    ctx: Context
    accounts: Accounts
    ward: Ward
    films: Films
    reception: Reception
    desk: CallDesk = field(kw_only=True)
    read_film: FilmReader
    proofs: Proofs
    paper: Paper
    film_reports: FilmReports
    secure_cookies: bool
    """True behind TLS: the session cookie is then never sent in the clear."""
    demo: str = ""
    """A line shown on every page of a demonstration; empty on a real ward."""
    hasher: Hasher = field(default_factory=Argon2Hasher)
    operations: Operations | None = None
    """How the house is; None where nobody runs one."""

    @cached_property
    def shelf(self) -> FilmShelf:
        """Films that are being looked at."""
        return FilmShelf(self.films, self.read_film)
