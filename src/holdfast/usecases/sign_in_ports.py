"""What signing in needs besides accounts: second factors, and who somebody is at a provider of identities."""

from typing import Protocol

import msgspec


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """The second factor of one account."""

    account_id: str
    secret: bytes
    enrolled_us: int
    """0: it was shown to its person, who has not proved yet that the telephone has it."""
    recovery_left: int
    """Recovery codes that were not used yet."""


class SecondFactors(Protocol):
    """Secrets of second factors: mutable, and no part of the record."""

    def of(self, account_id: str) -> SecondFactor | None: ...

    def offer(self, account_id: str, secret: bytes) -> None:
        """Keep a secret that waits for its first code; replaces one that waits, never one that is in use."""
        ...

    def enrol(self, account_id: str, now_us: int, recovery_hashes: tuple[str, ...]) -> bool:
        """Put the waiting one into use, with hashes of its recovery codes. False when none waits."""
        ...

    def remove(self, account_id: str) -> None:
        """With its recovery codes."""
        ...

    def spend_step(self, account_id: str, step: int) -> bool:
        """True once for each step, and only for steps after the last one that was spent."""
        ...

    def recovery_hash(self, account_id: str, number: int) -> str:
        """Empty when there is no such code (any more)."""
        ...

    def spend_recovery(self, account_id: str, number: int) -> bool:
        """True once."""
        ...


class OutsideIdentities(Protocol):
    """Which account somebody of a provider of identities is."""

    def account_of(self, issuer: str, subject: str) -> str:
        """Account id; empty when this subject never signed in."""
        ...

    def link(self, issuer: str, subject: str, account_id: str) -> bool:
        """Once for each subject and once for each account of an issuer; False when either has a link already."""
        ...


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in at a provider that was begun. It belongs to one browser and is finished once."""

    url: str
    """Where the browser is sent."""
    state: str
    nonce: str
    verifier: str


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a provider says that somebody is. It says nothing of what they may do."""

    issuer: str
    subject: str
    login: str
    """The value of the claim that the clinic chose."""


class IdentityProvider(Protocol):
    """Where people sign in already."""

    @property
    def label(self) -> str:
        """What the button says."""
        ...

    def begin(self) -> Begun:
        """Raises ``WorldError`` when the provider cannot be reached."""
        ...

    def finish(self, begun: Begun, *, state: str, code: str, issuer: str) -> Identity:
        """With what the browser brought back. Raises ``NotAllowedError`` or ``WorldError``."""
        ...
