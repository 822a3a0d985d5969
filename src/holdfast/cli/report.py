"""``holdfast report``: the report of a case as a PDF, from the command line."""

import getpass
from pathlib import Path

from holdfast.bootstrap.house import RandomIds, SystemClock, open_record
from holdfast.bootstrap.proofs import RecordProofs
from holdfast.config import Config
from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.record.evidence_events import ReportMade
from holdfast.storage.film_files import FilmFiles
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.reports import make_report, signature_of
from holdfast.web.clinic_time import moment, stamp
from holdfast.web.paper_acts import zone_words

ABOUT = {"commander": "full", "court": "full", "handler": "handler"}
"""Which report each reader is given: a commander and a court read the same one."""
READERS = {"commander": "the commander", "court": "the court", "handler": ""}
"""How a receiver without a name is called; the handler's report finds the handler's name on the case."""
ACTOR = "holdfast report"


def write_report(
    config: Config, *, case_id: str, reader: str, target: Path, recipient: str, purpose: str, until: str
) -> str:
    """Make the report, record it, write it and its signature, and say what was written.

    On record stand who ran the command, for whom, and the SHA-256; the page *Reports* lists it like any other. A
    record without a key makes reports that nobody can check, and says so.
    """
    signature = target.with_name(f"{target.name}.sig")
    if taken := next((one for one in (target, signature) if one.exists()), None):
        raise OperatorError(f"{taken} is there already.", "Choose another name; a report is never written over.")
    store, films = open_record(config), FilmFiles(config.films)
    try:
        ctx = Context(store, CaseBook(store), SystemClock(), RandomIds(), load_knowledge())
        receipt = make_report(
            ctx,
            PdfPaper(),
            films,
            actor=ACTOR,
            case_id=case_id,
            about=ABOUT[reader],
            recipient=recipient or READERS[reader],
            purpose=f"{purpose} (command line, {getpass.getuser()})".strip(),
            until_us=moment(until),
            stamp=stamp,
            zone=zone_words(ctx.clock.now_us()),
        )
        report = receipt.recorded[0].event
        assert isinstance(report, ReportMade)
        proofs = RecordProofs(config.data_dir, store, films)
        key = proofs.public_key() if proofs.name() else ""
        _write(target, films.read(report.sha256))
        if key:
            _write(signature, signature_of(proofs, case_id, report).encode())
    finally:
        store.close()
    signed = f"{signature}: signed under the key\n{key}" if key else "No signature: this record has no key yet."
    return f"{target}: {report.size_bytes} bytes, SHA-256 {report.sha256}\n{signed}"


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error
