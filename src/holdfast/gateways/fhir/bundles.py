"""A whole case as one Bundle that another Holdfast takes over without loss, and the checks it passes before.

Standard resources say what they can; each event travels beside them, byte for byte, in the Provenance that tells of it,
and each monitor block and film in a Binary. The envelopes hold the hashes of the case's chain, so a missing, changed or
exchanged event is found before anything is written.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.gateways.fhir.basics import Resource, binary, digest_id, identifier, ours, when
from holdfast.gateways.fhir.building import Building, Made
from holdfast.gateways.fhir.provenance import ENVELOPE, EVENT_TYPE, provenance, with_original
from holdfast.kernel.errors import SenderError
from holdfast.record.chain import UNREADABLE, event_hash
from holdfast.record.events import AnyEvent, Recorded, case_stream, decode_event
from holdfast.usecases.ports import Block

BLOCK_TYPE = "application/vnd.holdfast.block"
FILM_TYPE = "application/octet-stream"
BUNDLE_BYTES_MAX = 4 * 1024 * 1024 * 1024
_PROFILE = ours("case-bundle.1")


@dataclass(frozen=True)
class Carried:
    """What a Bundle carries beside its standard resources."""

    case_id: str
    events: tuple[Recorded, ...]
    """Of the case's stream, complete and in order; ``seq`` is the other record's."""
    beside: tuple[Recorded, ...]
    """Of other streams: pictures and what was found on them, a working dog's history."""
    binaries: Mapping[str, bytes]
    """Monitor blocks and films by the SHA-256 of their bytes: events name them by it."""
    people: Mapping[str, str]
    standard: tuple[Resource, ...]


def bundle(
    case_id: str,
    made: Iterable[Made],
    events: Iterable[Recorded],
    beside: Iterable[Recorded],
    blocks: Iterable[Block],
    films: Iterable[bytes],
    people: Mapping[str, str],
    made_us: int,
    building: Building,
) -> Resource:
    """The Bundle. ``made`` are the standard resources of the case without its Provenances of blocks."""
    standard = [one for one in made if one.kind != "Provenance"]
    told = {one.id: one for one in made if one.kind == "Provenance"}
    resources = [
        *(one.resource for one in standard),
        *(_practitioner(account, name) for account, name in sorted(people.items())),
    ]
    for item in events:
        known = told.get(f"{case_id}.{item.version}") or provenance(building, item)
        resources.append(with_original(known, item))
    for item in beside:
        known = provenance(building, item)
        identity = digest_id("beside", f"{item.stream}.{item.version}")
        resources.append({**with_original(known, item), "id": identity})
    resources += [_kept(BLOCK_TYPE, one.data) for one in blocks]
    resources += [_kept(FILM_TYPE, data) for data in films]
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [_PROFILE]},
        "identifier": identifier(ours("case"), case_id),
        "type": "collection",
        "timestamp": when(made_us),
        "entry": [{"fullUrl": f"{ours('')}{one['resourceType']}:{one['id']}", "resource": one} for one in resources],
    }


def _practitioner(account: str, name: str) -> Resource:
    """Who acted, so that a line keeps its name where the account is not known."""
    return {
        "resourceType": "Practitioner",
        "id": digest_id("account", account),
        "identifier": [identifier(ours("account"), account)],
        "name": [{"text": name}],
    }


def _kept(content_type: str, data: bytes) -> Resource:
    return binary(hashlib.sha256(data).hexdigest(), content_type, data)


def is_ours(content: Any) -> bool:
    """Whether it is a Bundle that another Holdfast made."""
    meta = content.get("meta") if isinstance(content, dict) else None
    return isinstance(meta, dict) and _PROFILE in (meta.get("profile") or ())


def carried(content: Resource) -> Carried:
    """What a Bundle of ours carries, checked: raises ``SenderError`` naming the first thing that is not whole."""
    case_id = str((content.get("identifier") or {}).get("value", ""))
    if not re.fullmatch(r"[A-Za-z0-9\-]{1,60}", case_id):
        raise SenderError("The Bundle names no case.", "Export it again.")
    resources = [one.get("resource") for one in content.get("entry", ()) if isinstance(one, dict)]
    events: list[Recorded] = []
    beside: list[Recorded] = []
    binaries: dict[str, bytes] = {}
    people: dict[str, str] = {}
    standard: list[Resource] = []
    for one in resources:
        if not isinstance(one, dict):
            raise SenderError("An entry of the Bundle holds no resource.", "Export it again.")
        match one.get("resourceType"):
            case "Provenance":
                item = _event(one)
                (events if item.stream == case_stream(case_id) else beside).append(item)
            case "Binary":
                data = _data(one)
                binaries[hashlib.sha256(data).hexdigest()] = data
            case "Practitioner":
                people |= _person(one)
            case _:
                standard.append(one)
    events.sort(key=lambda item: item.version)
    _check_chain(case_id, events)
    return Carried(case_id, tuple(events), tuple(beside), binaries, people, tuple(standard))


def _event(resource: Resource) -> Recorded:
    try:
        (found,) = (one for one in resource["extension"] if one["url"] == ENVELOPE)
        parts = {one["url"]: one["valueString"] for one in found["extension"]}
        (held,) = (one for one in resource["contained"] if one["contentType"] == EVENT_TYPE)
        item = Recorded(
            seq=int(parts["seq"]),
            stream=parts["stream"],
            version=int(parts["version"]),
            recorded_us=int(parts["recordedUs"]),
            actor=parts["actor"],
            command_id=parts["commandId"],
            body=base64.b64decode(held["data"], validate=True),
            prev=bytes.fromhex(parts["prev"]),
            hash=bytes.fromhex(parts["hash"]),
        )
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        raise SenderError(f"A Provenance does not hold its event whole ({error}).", "Export it again.") from error
    if event_hash(item) != item.hash:
        raise SenderError(
            f"Event {item.version} of {item.stream} is not as it was recorded: its bytes do not match its hash.",
            "Nothing was taken over. Ask for the Bundle again.",
        )
    try:
        decode_event(item.body)
    except UNREADABLE as error:
        raise SenderError(
            f"Event {item.version} of {item.stream} cannot be read here: {error}.", "Update this Holdfast first."
        ) from error
    return item


def as_written(item: Recorded) -> AnyEvent:
    """The event so that it is encoded to the very bytes it came as: where a number was written without a point, reading
    it makes a float of it, which is written with one."""
    event: AnyEvent = _like(item.event, msgspec.json.decode(item.body))
    return event


def _like(value: Any, plain: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        named = {name: (getattr(value, name), plain[name]) for name in value.__struct_fields__ if name in plain}
        return msgspec.structs.replace(value, **{name: _like(*both) for name, both in named.items()})
    if isinstance(value, tuple | list):
        return type(value)(_like(*both) for both in zip(value, plain, strict=True))
    if isinstance(value, dict):
        return {name: _like(one, plain[name]) for name, one in value.items()}
    return plain if isinstance(value, float) and isinstance(plain, int) else value


def _person(resource: Resource) -> dict[str, str]:
    try:
        return {str(resource["identifier"][0]["value"]): str(resource["name"][0]["text"])}
    except (KeyError, IndexError, TypeError) as error:
        raise SenderError("A Practitioner of the Bundle cannot be read.", "Export it again.") from error


def _data(resource: Resource) -> bytes:
    try:
        return base64.b64decode(resource["data"], validate=True)
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        raise SenderError(f"A Binary of the Bundle cannot be read ({error}).", "Export it again.") from error


def _check_chain(case_id: str, events: list[Recorded]) -> None:
    prev = b"\x00" * 32
    for version, item in enumerate(events, start=1):
        if item.version != version or item.prev != prev:
            raise SenderError(
                f"Event {version} of case {case_id} is missing or not the one that belongs there.",
                "Nothing was taken over. Ask for the Bundle again.",
            )
        prev = item.hash
    if not events:
        raise SenderError("The Bundle holds no event of its case.", "Export it again.")


def differing(told: Iterable[Resource], meant: Iterable[Resource]) -> list[str]:
    """Standard resources of a Bundle that do not say what its own events say, by type and id.

    The events are what is taken over; whoever changed a resource on the way is told that it was not.
    """
    said = {(one["resourceType"], one["id"]): one for one in meant}
    return [
        f"{one.get('resourceType')}/{one.get('id')}"
        for one in told
        if said.get((str(one.get("resourceType")), str(one.get("id")))) != one  # 150 and 150.0 are the same here
    ]
