"""What the tree says of one event, in such a way that parts of the event can be left out later.

An entry names the event's place, author and time, its hash in the chain, and for each member of its body
(``"at_us":123``) a salted hash. To show a member is to give its bytes and its salt; to withhold it is to give its
hash alone: the entry stays the same, and so does the proof. The salt keeps a short text from being guessed from its
hash. It comes from the command's id, so nothing more has to be stored; no export gives that id away.
"""

import hashlib
from collections.abc import Container

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.chain import link_hash
from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.merkle import leaf_hash
from holdfast.record.chain import UNREADABLE
from holdfast.record.events import Recorded

MARK = "holdfast event 1"
"""First field of every entry: which rules it was made by."""

_members = typed.json_decoder(dict[str, msgspec.Raw])
_key = msgspec.json.Encoder()


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One member of an event's body: shown (text and salt) or withheld (hash alone). Bytes are in hex."""

    text: str = ""
    salt: str = ""
    hash: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An event as an export shows it."""

    seq: int
    stream: str
    version: int
    recorded_us: int
    actor: str
    chain: str
    """Hash (hex) of the event in the chain of its stream."""
    members: tuple[Member, ...]


def entry_hash(recorded: Recorded) -> bytes:
    """Leaf hash of an event; raises ``IntegrityError`` when its body is not what Holdfast writes."""
    return _leaf(recorded, [_member_hash(salt, text) for _, text, salt in _salted(recorded)])


def shown(recorded: Recorded, withheld: Container[str] = ()) -> Shown:
    """The event without the members of these names."""
    members = tuple(
        Member(hash=_member_hash(salt, text).hex()) if name in withheld else Member(text=text.decode(), salt=salt.hex())
        for name, text, salt in _salted(recorded)
    )
    return Shown(
        seq=recorded.seq,
        stream=recorded.stream,
        version=recorded.version,
        recorded_us=recorded.recorded_us,
        actor=recorded.actor,
        chain=recorded.hash.hex(),
        members=members,
    )


def _salted(recorded: Recorded) -> list[tuple[str, bytes, bytes]]:
    """Name, bytes and salt of each member of the body, in order."""
    try:
        values = _members.decode(recorded.body)
        texts = [(name, _key.encode(name) + b":" + bytes(value)) for name, value in values.items()]
    except UNREADABLE as error:
        raise _damaged(recorded) from error
    # A name that stands twice, a blank between members: whatever the reader passed over would be in no hash.
    if b"{" + b",".join(text for _, text in texts) + b"}" != recorded.body:
        raise _damaged(recorded)
    secret = link_hash((MARK, recorded.stream, recorded.version, recorded.command_id))
    return [(name, text, hashlib.sha256(secret + name.encode()).digest()) for name, text in texts]


def _member_hash(salt: bytes, text: bytes) -> bytes:
    return hashlib.sha256(salt + text).digest()


def _leaf(recorded: Recorded, members: list[bytes]) -> bytes:
    head = (recorded.seq, recorded.stream, recorded.version, recorded.recorded_us, recorded.actor, recorded.hash)
    return leaf_hash(link_hash((MARK, *head, *members)))


def _damaged(recorded: Recorded) -> IntegrityError:
    return IntegrityError(
        f"{recorded.stream} event {recorded.version} (number {recorded.seq} of the record) is not as it was written.",
        "Run 'holdfast verify' on this record, and restore it from a copy.",
    )
