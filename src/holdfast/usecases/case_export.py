"""A case or one item as files that anybody can check without Holdfast (``tools/verify_holdfast.py``).

Each event is a file with the proof of its place under one signed checkpoint; a signed list names every file by its
hash. Members of events can be withheld: their hash stays, and so does the proof. What is withheld is in no other file
of the export either.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import iso
from holdfast.record import custody_events as cu
from holdfast.record import events as ev
from holdfast.record.checkpoint import proof_text
from holdfast.record.inquiry_events import ServiceDogLinked, ServiceDogUnlinked
from holdfast.record.leaf import Shown, shown
from holdfast.record.service_events import service_stream
from holdfast.record.signed_note import signed
from holdfast.usecases.documents import Paper
from holdfast.usecases.export_summary import Told, summary, summary_document
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.ports import Store
from holdfast.usecases.witness import Signer

FORMAT = "holdfast export 2"
EXPORT_PURPOSE = "/export"
_SHA256 = re.compile(r'"([0-9a-f]{64})"')
NAMING_PICTURES = ("photographs", "confirmed", "image_id", "image_ids", "photo_id")
"""Members whose hashes are those of pictures: of evidence, signatures, films, of the animal, from home. Other hashes
name what must not come along, an earlier export above all: it may hold what this one withholds."""

Pictures = Callable[[str], bytes | None]
"""The bytes with this SHA-256 (hex); None when they are not at hand."""


@dataclass(frozen=True)
class Wanted:
    """What is to be exported."""

    case_id: str
    item_id: str = ""
    """One item and the admission; empty: everything but the monitor's blocks."""
    withheld: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Names of members that are not shown, by kind of event: ``{"patient_admitted.1": {"owner"}}``."""
    service: bool = True
    """With the service history that is linked to the case, whole; never with one item alone."""
    kept_sizes: Collection[int] = ()
    """Sizes of checkpoints that the receiver has: the export shows that those events still stand."""


def export(
    store: Store,
    tree: LogTree,
    checkpoint: str,
    signer: Signer,
    wanted: Wanted,
    pictures: Pictures,
    made_us: int,
    paper: Paper,
    outside: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The files of an export by their path. ``checkpoint`` is the signed one of ``tree`` as it is; ``outside``: files
    with checkpoints that witnesses signed (``witnessing.kept_outside``).

    Raises ``NotFoundError`` for a case or item that is not there, ``OperatorError`` for a member that no event of the
    export has, ``IntegrityError`` for a damaged record.
    """
    stream = [one for one in store.read_stream(ev.case_stream(wanted.case_id)) if one.seq <= tree.size]
    chosen = _chosen(stream, wanted)
    past = _service(store, tree, stream) if wanted.service and not wanted.item_id else []
    _check_withheld([*chosen, *past], wanted.withheld)
    files = {
        **(outside or {}),
        "checkpoint.txt": checkpoint.encode(),
        "keys.txt": f"{signer.public().written()}\n".encode(),
    }
    for number, note in enumerate(signer.handed_over, start=1):
        files[f"key-changes/{number:04}.txt"] = note.encode()
    for size in wanted.kept_sizes:
        if size > tree.size:
            raise OperatorError(f"The record holds {tree.size} events, not {size}.", "Its end may have been cut off.")
        proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in tree.consistency(size, tree.size))
        files[f"consistency/{size}.txt"] = proof.encode()
    case, service = (
        Told(some, [shown(one, wanted.withheld.get(ev.kind_of(one.event), ())) for one in some])
        for some in (chosen, past)
    )
    entries = [*case.entries, *service.entries]
    for entry in entries:
        files[f"events/{entry.seq:09}.json"] = encode(entry)
        proof = proof_text(entry.seq - 1, tree.inclusion(entry.seq, tree.size), checkpoint)
        files[f"proofs/{entry.seq:09}.tlog-proof"] = proof.encode()
    named = _named_pictures(entries)
    for digest in named:
        data = pictures(digest)
        if (
            data is not None
            and hashlib.sha256(data).hexdigest() == digest
            and not (wanted.withheld and _is_dicom(data))
        ):
            files[f"images/{digest}"] = data
    absent = [digest for digest in named if f"images/{digest}" not in files]
    text = summary(wanted.case_id, wanted.item_id, case, service, absent)
    files["summary.txt"] = text.encode()
    files["summary.pdf"] = paper.document(
        summary_document(text, {one: files[f"images/{one}"] for one in named if f"images/{one}" in files})
    )
    head = [
        signer.name + EXPORT_PURPOSE,
        FORMAT,
        f"case {wanted.case_id}",
        f"item {wanted.item_id or '-'}",
        f"made {iso(made_us)}",
        f"checkpoint {tree.size}",
        f"events {len(chosen)} of {len(stream)}",
        *([f"also {past[0].stream} {len(past)} of {len(past)}"] if past else []),
    ]
    listed = [f"file {hashlib.sha256(data).hexdigest()} {path}" for path, data in sorted(files.items())]
    manifest = signed("\n".join([*head, *listed, ""]), [(signer.public(EXPORT_PURPOSE), signer.sign)])
    return files | {"manifest.txt": manifest.encode()}


def _chosen(stream: list[ev.Recorded], wanted: Wanted) -> list[ev.Recorded]:
    if not stream:
        raise NotFoundError(f"There is no case {wanted.case_id!r}.", "Name it by its id, as in its address.")
    if not wanted.item_id:
        return [one for one in stream if not isinstance(one.event, ev.MonitorBlockStored)]
    about = [
        one
        for one in stream
        if isinstance(event := one.event, cu.CustodyFact | cu.CustodyOpinion) and event.item_id == wanted.item_id
    ]
    if not about:
        raise NotFoundError(f"The case has no item {wanted.item_id!r}.", "Name it by its id.")
    return [one for one in stream if isinstance(one.event, ev.PatientAdmitted)] + about


def _is_dicom(data: bytes) -> bool:
    """A film as an imaging unit sent it: names of animal and owner stand in its header, where nobody sees them."""
    return data[128:132] == b"DICM"


def linked_service(stream: Iterable[ev.Recorded]) -> str:
    """The service history that a case is linked to, as its stream says; empty when there is none."""
    service_id = ""
    for one in stream:
        if isinstance(one.event, ServiceDogLinked):
            service_id = one.event.service_id
        elif isinstance(one.event, ServiceDogUnlinked):
            service_id = ""
    return service_id


def _service(store: Store, tree: LogTree, stream: list[ev.Recorded]) -> list[ev.Recorded]:
    service_id = linked_service(stream)
    return [one for one in store.read_stream(service_stream(service_id)) if one.seq <= tree.size] if service_id else []


def _check_withheld(chosen: list[ev.Recorded], withheld: Mapping[str, Collection[str]]) -> None:
    kinds = {ev.kind_of(event): event for one in chosen for event in (one.event,)}
    for kind, names in withheld.items():
        if "item_id" in names:
            raise OperatorError("The id of an item cannot be withheld.", "It only holds the steps together.")
        if kind not in kinds:
            raise OperatorError(f"No event of the export is a {kind!r}.", f"It has: {', '.join(sorted(kinds))}.")
        known = {*kinds[kind].__struct_fields__, "kind"}
        if unknown := set(names) - known:
            raise OperatorError(
                f"A {kind} has no member {', '.join(sorted(unknown))}.", f"It has: {', '.join(sorted(known))}."
            )


def _named_pictures(entries: list[Shown]) -> list[str]:
    """The hashes that shown members name, each once, in order."""
    naming = tuple(f'"{name}":' for name in NAMING_PICTURES)
    texts = (member.text for entry in entries for member in entry.members if member.text.startswith(naming))
    return list(dict.fromkeys(digest for text in texts for digest in _SHA256.findall(text)))
