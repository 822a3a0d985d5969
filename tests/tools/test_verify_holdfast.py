"""An export is checked without Holdfast, and no byte of it can change unnoticed or unlocated."""

import ast
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.examples import EXAMPLES
from holdfast.gateways.files.bundle import write_bundle, zip_bytes
from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.merkle import consistency_proof, inclusion_proof, leaf_hash, subtree_root
from holdfast.record import custody_events as cu
from holdfast.record.events import case_stream, kind_of
from holdfast.record.evidence_events import CaseExported
from holdfast.record.exam_events import PhotographTaken
from holdfast.record.film_events import FilmMarked
from holdfast.record.home_events import HandlerPhotoShown, HomeObserved
from holdfast.record.service_events import Incident, Mechanism
from holdfast.record.signed_note import signed
from holdfast.storage.signing_key import SigningKey, create_key
from holdfast.usecases import cases, custody, service
from holdfast.usecases.case_export import NAMING_PICTURES, Wanted
from holdfast.usecases.context import Context, record
from holdfast.usecases.log_tree import LogTree
from making import make_context
from tools.exports import DIGEST, PICTURE, VERIFIER, exported, rex, verifier

ORIGIN = "clinic.example/er"
NAMING_NO_PICTURES = {"token_sha256", "sha256", "report_sha256", "reply_sha256", "head"}
"""Of links, blocks, reports, exports, files that were read and the last event of a case that was taken over."""


def hash_members(event: Any) -> set[str]:
    """Names of the members of an event that hold something like a SHA-256."""
    values = msgspec.json.decode(encode(event), type=dict[str, msgspec.Raw])
    return {name for name, value in values.items() if re.search(rb'"[0-9a-f]{64}"', bytes(value))}


def with_service() -> tuple[Context, str, str]:
    """Rex's case, linked to a service history of two entries."""
    ctx, case_id, _ = rex()
    dog = service.add_dog(ctx, actor="vet", dog=service.NewDog(name="Rex", service_number="K9-017"))
    blow = Incident(mechanism=Mechanism.BLOW, what="a steel pipe", region="thorax_mid", side="left")
    service.make_entry(ctx, actor="vet", service_id=dog, at_us=ctx.clock.now_us() - 1, what=blow, by="Reyes")
    service.link(ctx, actor="vet", case_id=case_id, service_id=dog, how="chip read")
    return ctx, case_id, dog


def zip_directory(whole: bytes) -> range:
    """Places of the directory, where a small part of the bytes decides over everything."""
    return range(whole.index(b"PK\x01\x02"), len(whole))


def zip_place(whole: bytes, at: int) -> str:
    """The file that a byte of a zip belongs to, also where it stands in the directory; else how its end is named."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        starts = [(one.header_offset, one.filename) for one in archive.infolist()]
        place = archive.start_dir
        for one in archive.infolist():
            starts.append((place, one.filename))
            place += 46 + len(one.filename.encode())
    return max(one for one in [*starts, (place, "its end")] if one[0] <= at)[1]


CTX, CASE, ITEM = rex()
CHECK = verifier()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    """A key that took the place of another one."""
    return create_key(tmp_path_factory.mktemp("key"), ORIGIN).rotated()


@pytest.fixture(scope="module")
def files(key: SigningKey) -> dict[str, bytes]:
    return exported(CTX, key, Wanted(case_id=CASE))


def problems(files: dict[str, bytes], key: SigningKey) -> list[str]:
    found, _ = CHECK.verify(files, key.public().written())
    return list(found)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The verifier in an interpreter that refuses to import anything of Holdfast."""
    alone = (
        "import sys, runpy\n"
        "for name in ('holdfast', 'msgspec', 'sqlalchemy', 'numpy'): sys.modules[name] = None\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    given = [str(one) for one in (VERIFIER, *arguments)]
    return subprocess.run([sys.executable, "-I", "-c", alone, *given], capture_output=True, text=True, check=False)


class TestTheVerifierItself:
    def test_is_short_and_needs_python_and_one_package(self) -> None:
        text = VERIFIER.read_text()
        assert text.count("\n") <= 200
        tree = ast.walk(ast.parse(text))
        imported = {
            name.split(".")[0]
            for node in tree
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }
        assert imported - set(sys.stdlib_module_names) == {"cryptography"}

    @pytest.mark.parametrize("name", ["rex", "rex.zip"])
    def test_says_that_everything_holds_or_names_what_does_not(
        self, files: dict[str, bytes], key: SigningKey, tmp_path: Path, name: str
    ) -> None:
        write_bundle(tmp_path / name, files)
        done = run(tmp_path / name, "--key", key.public().written())
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("Everything holds.\n")
        assert f"Case {CASE}, item -, exported 2026-03-01T12:00:00+00:00 by {ORIGIN}." in done.stdout
        changed = {**files, "summary.txt": files["summary.txt"].replace(b"Rex", b"Max")}
        write_bundle(tmp_path / f"changed-{name}", changed)
        done = run(tmp_path / f"changed-{name}", "--key", key.public().written())
        assert done.returncode == 1
        assert "PROBLEM summary.txt: its bytes were changed" in done.stdout

    def test_without_a_key_it_warns(self, files: dict[str, bytes], tmp_path: Path) -> None:
        write_bundle(tmp_path / "rex", files)
        done = run(tmp_path / "rex")
        assert done.returncode == 0
        assert done.stdout.startswith("CAUTION")


class TestWhatHolds:
    def test_a_case_and_an_item(self, files: dict[str, bytes], key: SigningKey) -> None:
        assert problems(files, key) == []
        item = exported(CTX, key, Wanted(case_id=CASE, item_id=ITEM))
        assert problems(item, key) == []
        assert len(item) < len(files)
        assert item[f"images/{DIGEST}"] == PICTURE

    def test_the_key_from_before_the_rotation_is_enough(self, files: dict[str, bytes], key: SigningKey) -> None:
        (before,) = key.earlier()
        assert CHECK.verify(files, before.written())[0] == []

    def test_a_stranger_cannot_sign_for_the_clinic(self, files: dict[str, bytes], tmp_path: Path) -> None:
        stranger = create_key(tmp_path, ORIGIN)
        assert CHECK.verify(files, stranger.public().written())[0] == [
            f"manifest.txt: no signature by a trusted key of {ORIGIN}/export",
            f"checkpoint.txt: no signature by a trusted key of {ORIGIN}",
        ]

    def test_the_summary_tells_the_hands_and_keeps_the_opinion_apart(self, files: dict[str, bytes]) -> None:
        summary = files["summary.txt"].decode()
        assert "fact: Dr. Osei gave it to Det. Alvarez (City Police), seal S-4711: investigation" in summary
        assert "OPINION: Opinion of Dr. Lind, pathologist, laboratory: projectile, weeks to months" in summary
        assert "The chain of hands has no break." in summary
        assert "Not in the entry: Its size was not measured." in summary
        assert "cd" * 32 in summary.partition("NOT IN THIS EXPORT")[2]

    def test_the_summary_names_a_break_with_its_entry_and_its_explanation(self, key: SigningKey) -> None:
        ctx, case_id, item_id = rex()
        store = cu.ItemStored(
            at_us=ctx.clock.now_us(),
            item_id=item_id,
            by="Lee",
            place="safe",
            conditions="dry",
            explanation="found there",
        )
        custody.add(ctx, actor="vet", case_id=case_id, event=store)
        summary = exported(ctx, key, Wanted(case_id=case_id))["summary.txt"].decode()
        assert "9. 2026-03-01T12:00:00+00:00 / 2026-03-01T12:00:00+00:00 vet: fact: Lee put it into safe" in summary
        assert "(explained: found there)" in summary
        assert "BREAK at entry 9: Done by Lee; on record, Det. Alvarez had it." in summary

    def test_what_is_not_there_is_refused(self, key: SigningKey) -> None:
        with pytest.raises(NotFoundError):
            exported(CTX, key, Wanted(case_id="nobody"))
        with pytest.raises(NotFoundError):
            exported(CTX, key, Wanted(case_id=CASE, item_id="nothing"))


class TestWithholding:
    def test_a_withheld_part_is_nowhere_in_the_export_and_the_proof_holds(self, key: SigningKey) -> None:
        withheld = {"patient_admitted.1": {"owner", "name"}, "custody_hand_over_offered.1": {"to", "organisation"}}
        files = exported(CTX, key, Wanted(case_id=CASE, withheld=withheld))
        found, said = CHECK.verify(files, key.public().written())
        assert found == []
        assert "4 parts of them withheld" in " ".join(said)
        assert not any(b"Rex" in data or b"City Police" in data for data in files.values())

    def test_a_part_that_no_event_has_is_refused(self, key: SigningKey) -> None:
        with pytest.raises(OperatorError, match="has no member colour"):
            exported(CTX, key, Wanted(case_id=CASE, withheld={"patient_admitted.1": {"colour"}}))
        with pytest.raises(OperatorError, match="No event of the export"):
            exported(CTX, key, Wanted(case_id=CASE, withheld={"sang.1": {"song"}}))

    def test_the_id_that_holds_the_steps_together_stays(self, key: SigningKey) -> None:
        with pytest.raises(OperatorError, match="cannot be withheld"):
            exported(CTX, key, Wanted(case_id=CASE, withheld={"custody_item_sealed.1": {"item_id"}}))

    @pytest.mark.parametrize("kind", get_args(cu.ANY_CUSTODY_EVENT))
    def test_no_other_file_gives_a_withheld_text_away(self, key: SigningKey, kind: type[Any]) -> None:
        """Also not the breaks of the chain, which are told from several entries together."""
        events = [one for one in EXAMPLES if isinstance(one, cu.CustodyFact | cu.CustodyOpinion)]
        place = next(number for number, one in enumerate(events) if type(one) is kind)
        fields = [name for name in kind.__struct_fields__ if isinstance(getattr(events[place], name), str)]
        for name in set(fields) - {"item_id"}:
            ctx = make_context()
            case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))
            secret = [*events[:place], msgspec.structs.replace(events[place], **{name: "zebra"}), *events[place + 1 :]]
            record(ctx, actor="vet", stream=case_stream(case_id), events=secret)
            files = exported(ctx, key, Wanted(case_id=case_id, withheld={kind_of(events[place]): {name}}))
            assert [path for path, data in files.items() if b"zebra" in data] == []


class TestTheDogsServiceComesAlong:
    def test_with_its_proofs_and_in_words(self, key: SigningKey) -> None:
        ctx, case_id, service_id = with_service()
        files = exported(ctx, key, Wanted(case_id=case_id))
        found, said = CHECK.verify(files, key.public().written())
        assert found == []
        assert f"With 2 of 2 events of service/{service_id}." in said
        summary = files["summary.txt"].decode()
        assert "what a steel pipe" in summary.partition("SERVICE HISTORY OF THE DOG")[2]

    def test_an_entry_of_it_that_is_changed_or_gone_is_named(self, key: SigningKey) -> None:
        ctx, case_id, service_id = with_service()
        files = exported(ctx, key, Wanted(case_id=case_id))
        (path,) = [path for path, data in files.items() if b"steel pipe" in data and path.startswith("events/")]
        assert f"{path}: its bytes were changed" in problems({**files, path: files[path] + b" "}, key)
        left = {name: data for name, data in files.items() if name != path}
        assert f"manifest.txt: it speaks of 2 of 2 events of service/{service_id}, 1 hold" in problems(left, key)

    def test_it_is_left_out_when_asked_and_when_it_was_another_dogs(self, key: SigningKey) -> None:
        ctx, case_id, _ = with_service()
        plain = exported(ctx, key, Wanted(case_id=case_id, service=False))
        assert problems(plain, key) == []
        assert not any(b"steel pipe" in data for data in plain.values())
        service.unlink(ctx, actor="vet", case_id=case_id, reason="another dog")
        assert not any(b"steel pipe" in data for data in exported(ctx, key, Wanted(case_id=case_id)).values())

    def test_parts_of_it_can_be_withheld(self, key: SigningKey) -> None:
        ctx, case_id, _ = with_service()
        files = exported(ctx, key, Wanted(case_id=case_id, withheld={"service_entry_made.1": {"what"}}))
        found, said = CHECK.verify(files, key.public().written())
        assert found == []
        assert "1 parts of them withheld" in " ".join(said)
        assert not any(b"steel pipe" in data for data in files.values())


class TestPictures:
    def test_those_of_the_animal_from_home_and_of_its_films_come_along(self, key: SigningKey) -> None:
        """And are shown to be the ones that an event names."""
        ctx = make_context()
        case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))
        naming = [one for one in EXAMPLES if isinstance(one, PhotographTaken | HandlerPhotoShown | HomeObserved)]
        for one in naming:
            name = "photo_id" if isinstance(one, PhotographTaken) else "image_id"
            record(
                ctx, actor="vet", stream=case_stream(case_id), events=[msgspec.structs.replace(one, **{name: DIGEST})]
            )
            files = exported(ctx, key, Wanted(case_id=case_id))
            assert files[f"images/{DIGEST}"] == PICTURE
            assert problems(files, key) == []

    @pytest.mark.parametrize("example", [one for one in EXAMPLES if hash_members(one)], ids=kind_of)
    def test_every_member_with_a_hash_is_known_to_name_a_picture_or_not(self, example: Any) -> None:
        assert hash_members(example) <= {*NAMING_PICTURES, *NAMING_NO_PICTURES}

    def test_a_film_comes_along_unless_something_is_withheld_that_its_header_may_say(self, key: SigningKey) -> None:
        film = bytes(128) + b"DICM" + b"City Police^Rex"
        ctx = make_context()
        case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", owner="City Police"))
        (marked,) = (one for one in EXAMPLES if isinstance(one, FilmMarked))
        named = msgspec.structs.replace(marked, image_id=hashlib.sha256(film).hexdigest())
        record(ctx, actor="vet", stream=case_stream(case_id), events=[named])
        whole = exported(ctx, key, Wanted(case_id=case_id), film)
        assert whole[f"images/{named.image_id}"] == film
        withheld = exported(ctx, key, Wanted(case_id=case_id, withheld={"patient_admitted.1": {"owner"}}), film)
        assert not any(b"City Police" in data for data in withheld.values())
        assert named.image_id in withheld["summary.txt"].decode().partition("NOT IN THIS EXPORT")[2]
        assert problems(withheld, key) == []

    def test_an_earlier_export_does_not_come_along_with_what_it_showed(self, key: SigningKey) -> None:
        """Its hash is on record like that of a picture, and its bytes lie beside the films."""
        ctx, _, _ = rex()
        earlier = CaseExported(at_us=ctx.clock.now_us(), item_id="", recipient="x", purpose="", withheld=(), events=1,
            record_size=1, sha256=DIGEST)  # fmt: skip
        plain = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Leo"))
        record(ctx, actor="vet", stream=case_stream(plain), events=[earlier])
        assert f"images/{DIGEST}" not in exported(ctx, key, Wanted(case_id=plain))


class TestTampering:
    @settings(max_examples=400, deadline=None)
    @given(data=st.data())
    def test_one_changed_byte_in_any_file_is_found_and_the_file_is_named(
        self, files: dict[str, bytes], key: SigningKey, data: st.DataObject
    ) -> None:
        path = data.draw(st.sampled_from(sorted(files)))
        raw = bytearray(files[path])
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        found = problems({**files, path: bytes(raw)}, key)
        assert any(one.startswith(f"{path}: ") for one in found)

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_one_changed_byte_in_the_zip_is_found_and_the_file_is_named(
        self, files: dict[str, bytes], key: SigningKey, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        whole = zip_bytes(files)
        at = data.draw(st.integers(0, len(whole) - 1) | st.sampled_from(zip_directory(whole)))
        raw = bytearray(whole)
        raw[at] ^= data.draw(st.integers(1, 255))
        path = tmp_path_factory.mktemp("zip") / "rex.zip"
        path.write_bytes(raw)
        damaged, read = CHECK.read_export(path)
        found, _ = CHECK.verify(read, key.public().written())
        assert any(zip_place(whole, at) in one for one in [*damaged, *found])

    @pytest.mark.parametrize(
        "path", ["events/000000003.json", "proofs/000000003.tlog-proof", "keys.txt", "summary.txt"]
    )
    def test_a_missing_file_is_named(self, files: dict[str, bytes], key: SigningKey, path: str) -> None:
        left = {name: data for name, data in files.items() if name != path}
        assert f"{path}: is missing" in problems(left, key)

    def test_an_added_file_is_named(self, files: dict[str, bytes], key: SigningKey) -> None:
        assert problems({**files, "more.txt": b""}, key) == ["more.txt: is not on the signed list"]

    def test_who_has_the_key_cannot_put_an_event_under_an_old_checkpoint(
        self, files: dict[str, bytes], key: SigningKey
    ) -> None:
        """The proof is against the tree, not only against the signed list."""
        path = "events/000000002.json"
        forged = {**files, path: files[path].replace(b"Rex", b"Max")}
        text = files["manifest.txt"].decode().rpartition("\n\n")[0] + "\n"
        text = text.replace(CHECK.sha(files[path]).hex(), CHECK.sha(forged[path]).hex())
        forged["manifest.txt"] = signed(text, [(key.public("/export"), key.sign)]).encode()
        assert problems(forged, key)[0] == f"{path}: case/{CASE} event 1 does not stand in the signed record like this"


class TestAKeptCheckpoint:
    def test_it_is_compared_and_a_rewritten_record_is_found(self, tmp_path: Path) -> None:
        ctx, case_id, _ = rex()
        key = create_key(tmp_path, ORIGIN)
        tree = LogTree(ctx.store)
        tree.catch_up()
        kept = signed(tree.checkpoint(ORIGIN).text(), [(key.public(), key.sign)]).encode()
        trusted = key.public().written()
        assert CHECK.verify(exported(ctx, key, Wanted(case_id=case_id)), trusted, kept)[0] == []
        cases.write_note(ctx, actor="vet", case_id=case_id, text="one more")
        plain = exported(ctx, key, Wanted(case_id=case_id))
        assert "nothing here shows" in " ".join(CHECK.verify(plain, trusted, kept)[0])
        shown = exported(ctx, key, Wanted(case_id=case_id, kept_sizes=(tree.size,)))
        assert CHECK.verify(shown, trusted, kept)[0] == []
        other, other_id, _ = rex()
        rewritten = exported(other, key, Wanted(case_id=other_id))
        cases.write_note(ctx, actor="vet", case_id=case_id, text="and another")
        tree.catch_up()
        ahead = signed(tree.checkpoint(ORIGIN).text(), [(key.public(), key.sign)]).encode()
        assert "cut off or rewritten since your" in " ".join(CHECK.verify(rewritten, trusted, ahead)[0])


@given(data=st.data(), new=st.integers(1, 60))
def test_it_climbs_as_holdfast_does(data: st.DataObject, new: int) -> None:
    """Two programs, one standard: what one proves the other accepts, and nothing that is too long or too short."""
    leaves = [leaf_hash(str(number).encode()) for number in range(new)]

    def roots(level: int, index: int) -> bytes:
        return subtree_root(leaves[index << level : (index + 1) << level])

    root, index, old = subtree_root(leaves), data.draw(st.integers(0, new - 1)), data.draw(st.integers(1, new))
    proof = list(inclusion_proof(index, new, roots))
    assert CHECK.climb(index, new - 1, leaves[index], proof)[0] == root
    wrong = [[*proof, root]] + ([proof[:-1]] if proof else [])
    for one in wrong:
        with pytest.raises(ValueError, match="another length"):
            CHECK.climb(index, new - 1, leaves[index], one)
    if old < new:
        shown = list(consistency_proof(old, new, roots))
        assert CHECK.begins_with(old, subtree_root(leaves[:old]), new, root, shown)
        assert not CHECK.begins_with(old, leaf_hash(b"forged"), new, root, shown)
