"""Events of checkpoints that went out by themselves: cosigned by a witness, refused by one, dated by an authority."""

from holdfast.record.event_base import ClinicEvent


class CheckpointCosigned(ClinicEvent, frozen=True, kw_only=True, tag="checkpoint_cosigned.1"):
    """A witness saw that the record only grew since its last visit, and signed the checkpoint beside us."""

    witness: str
    """Name of its key."""
    size: int
    note: str
    """The checkpoint with our signature and its own."""
    stated_us: int
    """When it signed, by its clock."""


class CheckpointRefused(ClinicEvent, frozen=True, kw_only=True, tag="checkpoint_refused.1"):
    """A witness did not sign: it holds another record than this one, or does not know us. Said once for each reason."""

    witness: str
    size: int
    why: str


class CheckpointTimestamped(ClinicEvent, frozen=True, kw_only=True, tag="checkpoint_timestamped.1"):
    """A time-stamping authority (RFC 3161) dated a checkpoint: it existed by then."""

    authority: str
    size: int
    note: str
    """The checkpoint, whose bytes were dated."""
    reply_sha256: str
    """Of the authority's reply; its bytes are kept beside the pictures."""
    stated_us: int
    """The time that the authority states."""


ANY_WITNESS_EVENT = CheckpointCosigned | CheckpointRefused | CheckpointTimestamped
