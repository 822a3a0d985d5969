"""Who investigates reads what a grant reaches and nothing else; checkpoints, reports and exports from the pages."""

import hashlib
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from holdfast.gateways.witness.settings import read_witnesses
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.evidence_events import CaseExported, RecordRead
from holdfast.record.signed_note import read_key
from holdfast.storage.signing_key import check_signature
from holdfast.usecases import cases, handing_out
from holdfast.usecases.witnessing import Witnessing
from tools.exports import verifier
from web.evidence_steps import removed, sealed, step
from web.web_house import House
from witness_peer import WitnessPeer, serving

PAGES = ("timeline", "items", "papers")


def account(house: House, login: str) -> str:
    found = house.services.accounts.by_login(login)
    assert found
    return found.account_id


def grant(house: House, what: str, days: float = 1, login: str = "administrator"):
    until = datetime.fromtimestamp(house.clock.at_us / 1e6, UTC).astimezone() + timedelta(days=days)
    fields = {"account": account(house, "investigator"), "authority": "City Police", "reference": "2026/117"}
    return house.post(login, "/grants", {**fields, "what": what, "until": until.strftime("%Y-%m-%dT%H:%M")})


def reads(house: House) -> list[RecordRead]:
    return [one.event for one in house.ctx.store.read_stream(CLINIC_STREAM) if isinstance(one.event, RecordRead)]


class TestGrants:
    @pytest.mark.parametrize("path", PAGES)
    def test_without_one_nothing_is_read(self, house: House, path: str) -> None:
        answer = house.client("investigator").get(f"/cases/{house.case_id}/{path}")
        assert answer.status_code == 403
        assert "No standing grant" in answer.text
        assert "Rex" not in answer.text
        assert reads(house) == []

    def test_with_one_each_reading_is_on_record_before_the_page(self, house: House) -> None:
        assert grant(house, house.case_id).status_code == 303
        client = house.client("investigator")
        assert "Rex" in client.get("/granted").text
        for path in PAGES:
            assert client.get(f"/cases/{house.case_id}/{path}").status_code == 200
        assert client.get(f"/cases/{house.case_id}/timeline?category=note").status_code == 200
        assert [(read.page, read.query) for read in reads(house)] == [
            ("timeline", ""), ("items", ""), ("papers", ""), ("timeline", "category=note"),
        ]  # fmt: skip
        assert "category=note" in house.client("administrator").get("/grants").text

    def test_nobody_who_works_here_is_slowed_by_it(self, house: House) -> None:
        house.client("clinician").get(f"/cases/{house.case_id}/timeline")
        assert reads(house) == []

    def test_it_reaches_one_case(self, house: House) -> None:
        leo = cases.admit(house.ctx, actor="holdfast", admission=cases.Admission(name="Leo"))
        grant(house, house.case_id)
        assert house.client("investigator").get(f"/cases/{leo}/timeline").status_code == 403

    def test_it_reaches_one_item_where_it_names_one(self, house: House) -> None:
        one, other = sealed(house), removed(house)
        grant(house, f"{house.case_id}/{one.rpartition('/')[2]}")
        client = house.client("investigator")
        assert client.get(one).status_code == 200
        assert client.get(f"{one}/label.pdf").status_code == 200
        assert client.get(other).status_code == 403
        assert client.get(f"/cases/{house.case_id}/timeline").status_code == 403

    def test_it_ends_with_its_time_and_earlier_when_somebody_says_so(self, house: House) -> None:
        grant(house, house.case_id)
        page = f"/cases/{house.case_id}/timeline"
        assert house.client("investigator").get(page).status_code == 200
        house.clock.advance(25 * 3600)
        house.clients.clear()  # nobody stays signed in so long
        assert house.client("investigator").get(page).status_code == 403
        grant(house, house.case_id)
        assert house.client("investigator").get(page).status_code == 200
        (standing,) = [g for g in house.ctx.book.clinic.grants.values() if g.stands(house.clock.at_us)]
        ending = f"/grants/{standing.given.grant_id}/end"
        assert house.post("administrator", ending, {}).status_code == 400
        assert house.post("administrator", ending, {"reason": "file closed"}).status_code == 303
        assert house.client("investigator").get(page).status_code == 403

    def test_an_investigator_reads_and_writes_nothing(self, house: House) -> None:
        item = sealed(house)
        grant(house, house.case_id)
        page = house.client("investigator").get(item).text
        assert "<form" not in re.sub(r'(?s)<form method="post" action="/logout".*?</form>', "", page)
        assert step(house, item, "break", "investigator", what="x", explanation="y").status_code == 403

    @pytest.mark.parametrize("missing", ["authority", "reference", "until", "what"])
    def test_a_grant_that_does_not_say_all_is_refused(self, house: House, missing: str) -> None:
        fields = {"authority": "City Police", "reference": "1", "until": "2099-01-01T00:00", "what": house.case_id}
        fields = {**fields, "account": account(house, "investigator"), missing: ""}
        assert house.post("administrator", "/grants", fields).status_code in (400, 404)
        assert house.ctx.book.clinic.grants == {}

    def test_only_an_investigator_can_be_given_one(self, house: House) -> None:
        fields = {"authority": "City Police", "reference": "1", "until": "2099-01-01T00:00", "what": house.case_id}
        answer = house.post("administrator", "/grants", {**fields, "account": account(house, "handler")})
        assert answer.status_code == 400


class TestExports:
    def made(self, house: House, **fields: object) -> tuple[CaseExported, bytes]:
        answer = house.post("clinician", f"/cases/{house.case_id}/exports", {"recipient": "Det. Alvarez", **fields})
        assert answer.status_code == 303, answer.text
        event, _ = handing_out.exports_of(house.ctx, house.case_id)[0]
        data = house.client("clinician").get(f"/cases/{house.case_id}/exports/{event.sha256}").content
        return event, data

    def check(self, house: House, data: bytes) -> tuple[list[str], str]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        problems, said = verifier().verify(files, house.services.proofs.public_key())
        return problems, " ".join(said)

    def test_it_is_checked_without_us_and_is_on_record_with_its_hash(self, house: House) -> None:
        event, data = self.made(house)
        assert event.sha256 == hashlib.sha256(data).hexdigest()
        assert self.check(house, data)[0] == []

    def test_what_is_withheld_is_in_no_file_not_even_in_the_pdf(self, house: House) -> None:
        cases.write_note(house.ctx, actor="holdfast", case_id=house.case_id, text="the zebra of Mrs Miller")
        event, data = self.made(house, withhold=["note_written.1:text", "patient_admitted.1:name"])
        assert event.withheld == ("note_written.1:text", "patient_admitted.1:name")
        problems, said = self.check(house, data)
        assert problems == []
        assert "2 parts of them withheld" in said
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            pdf = PdfReader(io.BytesIO(archive.read("summary.pdf")))
            text = " ".join(page.extract_text() for page in pdf.pages)
            assert not any(b"zebra" in archive.read(name) for name in archive.namelist())
        assert "note_written.1" in text
        assert "zebra" not in text
        assert "Rex" not in text

    def test_one_item_alone(self, house: House) -> None:
        item = sealed(house)
        cases.write_note(house.ctx, actor="holdfast", case_id=house.case_id, text="not of the item")
        event, data = self.made(house, item_id=item.rpartition("/")[2])
        assert event.events == 3
        assert self.check(house, data)[0] == []

    def test_a_checkpoint_that_the_receiver_has_is_shown_to_stand(self, house: House) -> None:
        house.post("clinician", "/proofs/checkpoints", {"to": "Notary", "how": "printed"})
        kept = house.client("clinician").get("/proofs/checkpoint.txt").text
        cases.write_note(house.ctx, actor="holdfast", case_id=house.case_id, text="later")
        _, data = self.made(house, kept=kept.replace("\n", "\r\n"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        assert verifier().verify(files, house.services.proofs.public_key(), kept.encode())[0] == []

    def test_somebody_must_be_named_and_an_unknown_export_is_not_there(self, house: House) -> None:
        target = f"/cases/{house.case_id}/exports"
        assert house.post("clinician", target, {"purpose": "x"}).status_code == 400
        assert house.client("clinician").get(f"{target}/{'0' * 64}").status_code == 404


class TestCheckpoints:
    def test_who_holds_one_is_on_record_and_it_is_printed(self, house: House) -> None:
        assert "Nobody outside has a checkpoint" in house.client("clinician").get("/proofs").text
        house.post("clinician", "/proofs/checkpoints", {"to": "Notary Weber", "how": "printed"})
        page = house.client("clinician").get("/proofs").text
        assert "<b>Notary Weber</b>" in page
        printed = PdfReader(io.BytesIO(house.client("clinician").get("/proofs/checkpoint.pdf").content))
        note = house.client("clinician").get("/proofs/checkpoint.txt").text
        assert note.split("\n")[2] in printed.pages[0].extract_text()

    def test_a_kept_one_is_compared_and_a_changed_one_is_no_checkpoint(self, house: House) -> None:
        house.post("clinician", "/proofs/checkpoints", {"to": "Notary Weber", "how": "printed"})
        kept = house.client("clinician").get("/proofs/checkpoint.txt").text
        page = house.post("technician", "/proofs/compare", {"kept": kept}).text
        assert "It holds." in page
        changed = kept.replace(kept.split("\n")[1], "1", 1)
        assert "It holds." not in house.post("technician", "/proofs/compare", {"kept": changed}).text
        told = house.post_json("technician", "/api/proofs/compare", {"kept": kept}).json()
        assert told["ok"] is True


class TestWitnesses:
    def test_nobody_is_configured_and_it_is_said(self, house: House) -> None:
        page = house.client("technician").get("/proofs").text
        assert "Nobody is configured" in page
        assert 'data-testid="send-now"' not in page

    def test_one_that_signs_refuses_or_is_not_reached_is_told(self, house: House, tmp_path: Path) -> None:
        peer = WitnessPeer(read_key(house.services.proofs.public_key()))
        with serving(peer.answer) as address:
            (tmp_path / "witnesses.yaml").write_text(f"witnesses: [{{key: {peer.vkey}, url: '{address}/submit'}}]")
            ctx, films, proofs = house.ctx, house.services.films, house.services.proofs
            executor = ThreadPoolExecutor(1)
            visits = Witnessing(ctx, proofs, films, check_signature, executor, *read_witnesses(tmp_path))
            object.__setattr__(house.services, "witnessing", visits)

            def told() -> str:
                assert house.post("clinician", "/proofs/send", {}).status_code == 303
                executor.submit(lambda: None).result()  # after the visit
                return house.client("clinician").get("/proofs").text

            page = told()
            assert 'data-testid="visit-last"' in page
            assert "Nobody outside has a checkpoint" not in page
            assert house.post("technician", "/proofs/send", {}).status_code == 403
            cases.write_note(ctx, actor="holdfast", case_id=house.case_id, text="more")
            peer.down = (502, "text/plain", b"")
            assert "<b>Not reached.</b> witness.example/w1 answered with 502" in told()
            peer.down = (422, "text/plain", b"")
            page = told()
            assert "<b>IT DID NOT SIGN.</b>" in page
            assert 'class="held" data-testid="visit-last"' not in page
            (visit,) = house.client("clinician").get("/api/proofs").json()["visits"]
            assert "rewritten" in visit["refused"]
