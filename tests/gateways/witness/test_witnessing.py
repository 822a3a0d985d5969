"""Checkpoints go to a witness and to an authority of time by themselves, over real sockets; what they sign is kept."""

import importlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from holdfast.bootstrap.proofs import RecordProofs
from holdfast.gateways.witness.settings import read_witnesses
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.signed_note import PublicKey, read_key
from holdfast.record.witness_events import CheckpointCosigned, CheckpointRefused, CheckpointTimestamped
from holdfast.storage.film_files import MemoryFilms
from holdfast.storage.signing_key import check_signature, load_key
from holdfast.usecases import cases
from holdfast.usecases.case_export import Wanted
from holdfast.usecases.witnessing import FIRST_RETRY_US, Witnessing
from making import StandingClock, make_context
from tools.exports import VERIFIER, verifier
from witness_peer import SECONDS, Answer, Authority, WitnessPeer, serving

ORIGIN = "clinic.example/er"


class AtOnce(Executor):
    """Does it where it stands."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        fn(*args, **kwargs)
        return Future()


class Clinic:
    """A record with a key (``key_of``: that of another one), and what visits its witnesses."""

    def __init__(self, folder: Path, key_of: Path | None = None) -> None:
        self.folder, self.clock, self.films = folder, StandingClock(), MemoryFilms()
        self.ctx = make_context(self.clock)
        self.proofs = RecordProofs(folder, self.ctx.store, self.films)
        if key_of:
            (folder / "signing-key.json").write_bytes((key_of / "signing-key.json").read_bytes())
        else:
            self.proofs.make_key(ORIGIN)
        self.case_id = cases.admit(self.ctx, actor="vet", admission=cases.Admission(name="Rex"))

    @property
    def key(self) -> PublicKey:
        return read_key(self.proofs.public_key())

    def configure(self, text: str) -> Witnessing:
        (self.folder / "witnesses.yaml").write_text(text)
        return self.witnessing()

    def witnessing(self) -> Witnessing:
        return Witnessing(self.ctx, self.proofs, self.films, check_signature, AtOnce(), *read_witnesses(self.folder))

    def go_on(self, text: str = "one more") -> None:
        cases.write_note(self.ctx, actor="vet", case_id=self.case_id, text=text)

    def recorded(self, kind: type[Any]) -> list[Any]:
        return [one.event for one in self.ctx.store.read_stream(CLINIC_STREAM) if isinstance(one.event, kind)]


def naming(peer: WitnessPeer, address: str) -> str:
    return f"witnesses: [{{key: {peer.vkey}, url: '{address}/submit/', every_min: 60}}]"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


@pytest.fixture
def peer(clinic: Clinic) -> Iterator[WitnessPeer]:
    """A witness that trusts the clinic, named in its settings."""
    made = WitnessPeer(clinic.key)
    with serving(made.answer) as address:
        clinic.configure(naming(made, address))
        yield made


def asked_from(peer: WitnessPeer) -> list[str]:
    return [one.partition("\n")[0] for one in peer.asked]


class TestAWitness:
    def test_is_sent_checkpoints_by_themselves_and_what_it_signs_is_kept(
        self, clinic: Clinic, peer: WitnessPeer
    ) -> None:
        visits = clinic.witnessing()
        visits.follow(clinic.clock.now_us())
        (signed,) = clinic.recorded(CheckpointCosigned)
        assert (signed.witness, signed.size, signed.stated_us) == (peer.name, 1, SECONDS * US_PER_S)
        assert peer.asked[0].startswith("old 0\n\nclinic.example/er\n1\n")
        clinic.go_on()
        visits.follow(clinic.clock.now_us())
        assert len(peer.asked) == 1  # its time has not come
        clinic.clock.advance(3600)
        visits.follow(clinic.clock.now_us())
        assert [one.size for one in clinic.recorded(CheckpointCosigned)] == [1, 3]
        assert asked_from(peer) == ["old 0", "old 1"]

    def test_visits_alone_bring_about_no_other_visit(self, clinic: Clinic, peer: WitnessPeer) -> None:
        visits = clinic.witnessing()
        for _ in range(3):
            visits.follow(clinic.clock.now_us())
            clinic.clock.advance(3600)
        assert len(peer.asked) == 1

    def test_that_is_busy_is_tried_again_ever_later_and_it_is_told(self, clinic: Clinic, peer: WitnessPeer) -> None:
        peer.down = (503, "text/plain", b"busy")
        visits, waits = clinic.witnessing(), []
        for _ in range(9):
            visits.follow(clinic.clock.now_us())
            (visit,) = visits.visits()
            waits.append(visit.next_us - clinic.clock.now_us())
            clinic.clock.at_us = visit.next_us
        assert waits[:3] == [FIRST_RETRY_US, 2 * FIRST_RETRY_US, 4 * FIRST_RETRY_US]
        assert waits[-1] == 60 * US_PER_MIN
        assert (visit.tries, visit.problem) == (9, "witness.example/w1 answered with 503. It is tried again.")
        assert clinic.recorded(CheckpointRefused) == []
        peer.down = None
        visits.follow(clinic.clock.now_us())
        (visit,) = visits.visits()
        assert (visit.tries, visit.problem, visit.last is not None) == (0, "", True)

    def test_that_is_gone_is_not_reached(self, clinic: Clinic) -> None:
        peer = WitnessPeer(clinic.key)
        with serving(peer.answer) as address:
            visits = clinic.configure(naming(peer, address))
        visits.follow(clinic.clock.now_us())
        assert "was not reached" in visits.visits()[0].problem

    def test_is_met_after_a_restart_where_it_was_left(self, clinic: Clinic, peer: WitnessPeer) -> None:
        clinic.witnessing().follow(clinic.clock.now_us())
        clinic.go_on()
        again = clinic.witnessing()
        again.follow(clinic.clock.now_us())
        assert len(peer.asked) == 1
        assert again.visits()[0].last == clinic.recorded(CheckpointCosigned)[0]
        clinic.clock.advance(3600)
        again.follow(clinic.clock.now_us())
        assert asked_from(peer) == ["old 0", "old 1"]

    def test_that_knows_us_from_before_is_met_where_it_stands(self, clinic: Clinic, peer: WitnessPeer) -> None:
        """The event of its last answer was lost with the machine, its own memory was not."""
        clinic.go_on()
        peer.last = clinic.proofs.read(clinic.proofs.checkpoint())
        clinic.go_on()
        clinic.witnessing().follow(clinic.clock.now_us())
        assert asked_from(peer) == ["old 0", "old 2"]
        assert clinic.recorded(CheckpointCosigned)[0].size == 3

    @pytest.mark.parametrize(("more", "word"), [(0, "its end was cut off"), (5, "was rewritten")])
    def test_finds_a_record_that_was_put_back(self, tmp_path: Path, more: int, word: str) -> None:
        """The whole folder with its key and last checkpoint: nothing inside could tell. Cut off, or written on past
        it."""
        for name in ("true", "copy"):
            (tmp_path / name).mkdir()
        true = Clinic(tmp_path / "true")
        copy = Clinic(tmp_path / "copy", key_of=true.folder)
        peer = WitnessPeer(true.key)
        with serving(peer.answer) as address:
            true.go_on("what somebody wants to be rid of")
            true.configure(naming(peer, address)).follow(true.clock.now_us())
            for _ in range(more):
                copy.go_on("something else")
            visits = copy.configure(naming(peer, address))
            visits.follow(copy.clock.now_us())
        (refused,) = copy.recorded(CheckpointRefused)
        assert word in refused.why
        assert copy.recorded(CheckpointCosigned) == []
        assert visits.visits()[0].refused == refused.why

    @pytest.mark.parametrize(("known", "word"), [(False, "does not know"), (True, "does not trust")])
    def test_without_our_newest_key_says_so_once(
        self, clinic: Clinic, peer: WitnessPeer, known: bool, word: str
    ) -> None:
        key = load_key(clinic.folder)
        assert key
        key.rotated()
        peer.trusted = peer.trusted if known else None
        visits = clinic.witnessing()
        visits.follow(clinic.clock.now_us())
        visits.hurry(clinic.clock.now_us())
        (refused,) = clinic.recorded(CheckpointRefused)
        assert word in refused.why
        peer.trusted = clinic.key
        visits.hurry(clinic.clock.now_us())
        assert visits.visits()[0].refused == ""

    def test_a_signature_that_is_not_its_own_is_not_kept(self, clinic: Clinic, peer: WitnessPeer) -> None:
        other = WitnessPeer(clinic.key)
        peer.down = other.answer("/submit/add-checkpoint", f"old 0\n\n{clinic.proofs.checkpoint()}".encode())
        visits = clinic.witnessing()
        visits.follow(clinic.clock.now_us())
        assert clinic.recorded(CheckpointCosigned) == []
        assert "did not sign this" in visits.visits()[0].problem


class TestSettings:
    def test_without_them_or_without_a_key_nothing_is_sent(self, tmp_path: Path) -> None:
        ctx, peer = make_context(), WitnessPeer(None)
        proofs = RecordProofs(tmp_path, ctx.store, MemoryFilms())
        assert read_witnesses(tmp_path) == ((), ())
        with serving(peer.answer) as address:
            (tmp_path / "witnesses.yaml").write_text(naming(peer, address))
            Witnessing(ctx, proofs, MemoryFilms(), check_signature, AtOnce(), *read_witnesses(tmp_path)).follow(1)
        assert peer.asked == []

    @pytest.mark.parametrize(
        "text",
        [
            "[",
            "witnesses: [{url: 'http://a'}]",
            "witnesses: [{key: x, url: 'http://a'}]",
            "timestamps: [{name: a, url: b, roots: c}]",
            "timestamps: [{name: a, url: 'http://a:port', roots: c}]",
            "timestamps: [{name: a, url: 'http://b', roots: c}]",
        ],
    )
    def test_that_cannot_be_right_are_refused_at_the_start(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "witnesses.yaml").write_text(text)
        with pytest.raises(OperatorError):
            read_witnesses(tmp_path)


def test_an_export_carries_what_was_signed_and_it_is_checked_without_us(
    clinic: Clinic, peer: WitnessPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.witnessing().follow(clinic.clock.now_us())
    clinic.go_on()
    files = clinic.proofs.export(Wanted(case_id=clinic.case_id)).files
    note, key = files["witnessed/1.txt"], clinic.proofs.public_key()
    assert verifier().verify(files, key, note)[0] == []
    monkeypatch.syspath_prepend(str(VERIFIER.parent))
    check = importlib.import_module("verify_witness").verify
    problem, said = check(note, key, peer.vkey)
    assert problem == ""
    assert said[1] == "Signed by witness.example/w1 at 2026-03-01T12:00:00+00:00 by its clock."
    assert check(note, key, WitnessPeer(None).vkey)[0] == "witness.example/w1 did not sign it"
    for at in range(0, len(note), 11):
        changed = bytearray(note)
        changed[at] ^= 1
        assert check(bytes(changed), key, peer.vkey)[0] != "", at


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


class TestAnAuthorityOfTime:
    def visits(self, clinic: Clinic, authority: Authority, address: str) -> Witnessing:
        (clinic.folder / "root.pem").write_bytes((authority.folder / "root.pem").read_bytes())
        return clinic.configure(f"timestamps: [{{name: tsa.example, url: '{address}/tsr', roots: root.pem}}]")

    def test_dates_a_checkpoint_and_openssl_alone_checks_it(self, clinic: Clinic, authority: Authority) -> None:
        with serving(authority.answer) as address:
            visits = self.visits(clinic, authority, address)
            visits.follow(clinic.clock.now_us())
        assert (visits.visits()[0].problem, visits.visits()[0].refused) == ("", "")
        (dated,) = clinic.recorded(CheckpointTimestamped)
        assert dated.size == 1
        files, folder = clinic.proofs.export(Wanted(case_id=clinic.case_id)).files, clinic.folder
        assert verifier().verify(files, clinic.proofs.public_key(), files["timestamps/1.txt"])[0] == []
        for name in ("1.txt", "1.tsr"):
            (folder / name).write_bytes(files[f"timestamps/{name}"])
        asked = ["openssl", "ts", "-verify", "-data", "1.txt", "-in", "1.tsr", "-CAfile", "root.pem"]
        assert subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode == 0
        (folder / "1.txt").write_bytes(files["timestamps/1.txt"].replace(b"\n1\n", b"\n2\n"))
        assert subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode != 0

    def test_whose_reply_is_anothers_or_to_another_question_is_refused(
        self, clinic: Clinic, authority: Authority, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = Authority(tmp_path_factory.mktemp("other"))
        replies: list[Answer] = []

        def answer(path: str, body: bytes) -> Answer:
            return replies.pop() if replies else other.answer(path, body)

        with serving(answer) as address:
            visits = self.visits(clinic, authority, address)
            visits.follow(clinic.clock.now_us())
            assert "does not hold" in visits.visits()[0].refused
            replies.append(authority.answer("", (other.folder / "query").read_bytes()))
            visits.hurry(clinic.clock.now_us())
            assert "Nonce mismatch" in visits.visits()[0].refused
            replies.append((200, "application/timestamp-reply", b"nonsense"))
            visits.hurry(clinic.clock.now_us())
            assert "does not hold" in visits.visits()[0].refused
        assert clinic.recorded(CheckpointTimestamped) == []
