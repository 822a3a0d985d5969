"""Reports: what a court must find in them, as of any moment, and nothing that acts as markup."""

import hashlib
import io

import pytest
from pypdf import PdfReader

from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import to_datetime
from holdfast.record import custody_events as cu
from holdfast.record.events import Decision, Presence
from holdfast.record.evidence_events import ReportMade
from holdfast.storage.film_files import MemoryFilms
from holdfast.usecases import cases, custody, second_look
from holdfast.usecases.context import Context
from holdfast.usecases.reports import make_report, report_of
from made_pictures import photograph
from making import StandingClock, make_context


def stamp(at_us: int) -> str:
    return f"{to_datetime(at_us):%H:%M:%S}"


def rex(clock: StandingClock) -> tuple[Context, MemoryFilms, str]:
    """Ordered, sedation declined, held, a fragment out, its chain broken, an opinion, a correction."""
    ctx, films = make_context(clock), MemoryFilms()
    who = {"ctx": ctx, "actor": "vet"}
    case_id = cases.admit(**who, admission=cases.Admission(name="Rex", handler="Officer Reyes", working_dog=True))
    on = {**who, "case_id": case_id}
    cases.record_finding(**on, key="collapse", presence=Presence.PRESENT)
    cases.correct_patient(**on, field="handler", value="Officer Ana Reyes", reason="full name")
    order = second_look.order(**on, indication="organ failure", consent_by="Reyes", consent_how="in_person")
    second_look.answer_comfort(**on, order_id=order, analgesia="given", sedation="declined")
    look, _ = second_look.show(**on, order_id=order)
    second_look.decide(**on, order_id=order, look_id=look, decision=Decision.HOLD, reason="", words="one sore place")
    digest = films.keep(photograph())
    photo = cu.Photograph(sha256=digest, shows="as removed", scale="ruler, mm")
    removal = custody.Removal(by="Dr Osei", description="metal <b>grey</b>", photographs=(photo,))
    custody.create(**on, removal=removal)
    (item,) = custody.items_of(ctx, case_id)
    now_us = ctx.clock.now_us()
    stored = cu.ItemStored(
        at_us=now_us, item_id=item, by="Dr Osei", place="safe", conditions="dry", explanation="no bag there"
    )
    custody.add(**on, event=stored)
    said = cu.OpinionStated(
        at_us=now_us, item_id=item, by="Dr Lind", opinion_id="o", profession="pathologist", organisation="",
        text="projectile, weeks to months", basis="scar",
    )  # fmt: skip
    custody.add(**on, event=said)
    return ctx, films, case_id


def made(
    ctx: Context, films: MemoryFilms, case_id: str, about: str = "full", until_us: int | None = None
) -> ReportMade:
    receipt = make_report(
        ctx, PdfPaper(), films, actor="vet", case_id=case_id, about=about, recipient="City Police", purpose="2026/117",
        stamp=stamp, zone="UTC", until_us=until_us,
    )  # fmt: skip
    (one,) = receipt.recorded
    assert isinstance(one.event, ReportMade)
    return one.event


def text_of(films: MemoryFilms, report: ReportMade) -> str:
    pages = PdfReader(io.BytesIO(films.read(report.sha256))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_full_report_tells_what_a_court_asks_for() -> None:
    ctx, films, case_id = rex(StandingClock())
    report = made(ctx, films, case_id)
    text = text_of(films, report)
    for part in (
        "City Police; 2026/117",
        "Analgesia: given; sedation: declined",
        "Held (one sore place)",
        "Corrected handler: Officer Ana Reyes (full name)",
        "Break in the chain",
        "It was stored without a seal.",
        "[explained: no bag there]",
        "[time: clock of this computer]",
        "OPINION, no fact. Opinion of Dr Lind, pathologist: projectile, weeks to months",
        "metal <b>grey</b>",
        "as removed; ruler, mm; SHA-256",
        "No numbers of a monitor are on record.",
    ):
        assert part in text, part


def test_its_hash_is_on_record_and_the_same_content_gives_the_same_bytes() -> None:
    clock = StandingClock()
    ctx, films, case_id = rex(clock)
    until_us = clock.now_us()
    clock.advance(60)
    first, again = (made(ctx, films, case_id, until_us=until_us) for _ in range(2))
    assert first.sha256 == hashlib.sha256(films.read(first.sha256)).hexdigest()
    assert first.sha256 == again.sha256
    assert report_of(ctx, case_id, first.report_id) == first


def test_as_of_an_earlier_moment_it_knows_nothing_later() -> None:
    clock = StandingClock()
    ctx, films, case_id = rex(clock)
    before = clock.now_us()
    clock.advance(60)
    cases.write_note(ctx, actor="vet", case_id=case_id, text="the laboratory called back")
    assert "laboratory called back" not in text_of(films, made(ctx, films, case_id, until_us=before))
    assert "laboratory called back" in text_of(films, made(ctx, films, case_id))


def test_what_was_entered_late_shows_both_times() -> None:
    clock = StandingClock()
    ctx, films, case_id = rex(clock)
    at_us = clock.now_us()
    clock.advance(3_600)
    cases.give_treatment(ctx, actor="vet", case_id=case_id, category="oxygen", what="Oxygen", at_us=at_us)
    assert f"{stamp(at_us)} entered {stamp(clock.now_us())} Given: Oxygen" in text_of(films, made(ctx, films, case_id))


def test_the_handler_reads_plain_words_and_what_is_not_known() -> None:
    ctx, films, case_id = rex(StandingClock())
    text = text_of(films, made(ctx, films, case_id, "handler"))
    for part in (
        "the team stopped and looked again",
        "It is now kept in safe, in no sealed bag.",
        "This is a judgement, not a measurement.",
        "When and how it came into the body is not known from this record alone.",
    ):
        assert part in text, part
    assert "custody_" not in text


def test_a_picture_that_is_gone_is_said() -> None:
    ctx, _, case_id = rex(StandingClock())
    films = MemoryFilms()
    assert "(as removed; ruler, mm): There is no such picture." in text_of(films, made(ctx, films, case_id))


def test_an_unknown_kind_or_report_is_refused() -> None:
    ctx, films, case_id = rex(StandingClock())
    with pytest.raises(OperatorError, match="There is no report"):
        made(ctx, films, case_id, "poem")
    with pytest.raises(NotFoundError):
        report_of(ctx, case_id, "none")
