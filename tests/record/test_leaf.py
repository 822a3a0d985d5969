"""An event's place in the tree stays the same whatever parts of it are shown."""

import msgspec
import pytest

from contract.examples import EXAMPLES, change
from holdfast.kernel.errors import IntegrityError
from holdfast.record.events import AnyEvent, Recorded, kind_of
from holdfast.record.leaf import entry_hash, shown
from holdfast.storage.memory_store import MemoryStore


def recorded(event: AnyEvent) -> Recorded:
    store = MemoryStore()
    (one,) = store.submit(change(event, stream="case/rex")).result().recorded
    return one


@pytest.mark.parametrize("event", EXAMPLES, ids=kind_of)
def test_the_shown_members_are_the_body(event: AnyEvent) -> None:
    one = recorded(event)
    assert "{" + ",".join(member.text for member in shown(one).members) + "}" == one.body.decode()
    assert one.command_id not in msgspec.json.encode(shown(one)).decode()


def test_any_field_changes_the_hash() -> None:
    one = recorded(EXAMPLES[0])
    changed = [
        msgspec.structs.replace(one, **{name: value})
        for name, value in {
            "seq": 9, "stream": "case/leo", "version": 9, "recorded_us": 9, "actor": "x", "command_id": "x",
            "hash": bytes(32), "body": one.body.replace(b"Rex", b"Rox") if b"Rex" in one.body else b'{"a":1}',
        }.items()
    ]  # fmt: skip
    assert len({entry_hash(it) for it in (one, *changed)}) == len(changed) + 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": 1}', b'{"a":1,"a":2}', b'{"a":1} ', b'{"a":\xff}'])
def test_bytes_that_holdfast_does_not_write_are_refused(body: bytes) -> None:
    with pytest.raises(IntegrityError, match="is not as it was written"):
        entry_hash(msgspec.structs.replace(recorded(EXAMPLES[0]), body=body))
