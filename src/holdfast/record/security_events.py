"""Events of who gets in and who looked: second factors, peers that were turned away, cases that were opened."""

from holdfast.record.event_base import ClinicEvent


class SecondFactorSet(ClinicEvent, frozen=True, kw_only=True, tag="second_factor_set.1"):
    """From now on this account signs in with a code as well. The secret itself is in no event."""

    account: str


class SecondFactorRemoved(ClinicEvent, frozen=True, kw_only=True, tag="second_factor_removed.1"):
    """From now on this account signs in without a code: by its own person, or by an administrator."""

    account: str


class PasswordReset(ClinicEvent, frozen=True, kw_only=True, tag="password_reset.1"):
    """An administrator had a first password made for somebody who forgot theirs. The password itself is in no event."""

    account: str


class PeerRefused(ClinicEvent, frozen=True, kw_only=True, tag="peer_refused.1"):
    """Something on the network wanted to send to us and was turned away. One event an hour for each that tries."""

    protocol: str
    """``HL7`` or ``DICOM``."""
    address: str
    title: str
    """The AE title that a DICOM peer gave itself; else empty."""
    reason: str


class CaseOpened(ClinicEvent, frozen=True, kw_only=True, tag="case_opened.1"):
    """Somebody read pages of a case. One event an hour for each who reads it; an investigator's reads are each on
    record as ``record_read``."""

    case_id: str
    route: str
    """The first page of that hour."""


ANY_SECURITY_EVENT = SecondFactorSet | SecondFactorRemoved | PasswordReset | PeerRefused | CaseOpened
