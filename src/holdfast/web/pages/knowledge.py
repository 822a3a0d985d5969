"""Where every number comes from: diseases with their frequencies, and the sources themselves."""

from starlette.responses import Response

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.model import Disease, Knowledge
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page


def disease(call: Call) -> Response:
    knowledge = call.ctx.knowledge
    found = knowledge.diseases.get(call.part("key"))
    if found is None:
        raise NotFoundError(f"We know no disease {call.part('key')!r}.", "Follow a link from a second look.")
    frequencies = sorted(found.findings, key=lambda f: -f.p)
    return page(call, "disease.html", disease=found, frequencies=frequencies, knowledge=knowledge)


def sources(call: Call) -> Response:
    knowledge = call.ctx.knowledge
    found = sorted(knowledge.sources.values(), key=lambda s: s.title.casefold())
    diseases = sorted(knowledge.diseases.values(), key=lambda d: d.name.casefold())
    return page(call, "sources.html", sources=found, diseases=diseases, knowledge=knowledge)


def source(call: Call) -> Response:
    knowledge = call.ctx.knowledge
    found = knowledge.sources.get(call.part("source_id"))
    if found is None:
        raise NotFoundError(f"We know no source {call.part('source_id')!r}.", "See the list of sources.")
    return page(call, "source.html", source=found, used=_uses(knowledge, found.id), knowledge=knowledge)


def _uses(knowledge: Knowledge, source_id: str) -> list[tuple[Disease, list[str]]]:
    """Diseases that rest on the source, each with what it was used for."""
    used = []
    for found in knowledge.diseases.values():
        what = [
            f"{knowledge.findings[f.finding].name}: {f.p:.0%}" if f.finding in knowledge.findings else f.finding
            for f in found.findings
            if f.source == source_id
        ]
        what += ["how common it is"] if found.prior.source == source_id else []
        what += ["what finding it changes"] if found.benefit.source == source_id else []
        if what:
            used.append((found, what))
    return used


PAGES = (
    Page("GET", "/knowledge/diseases/{key}", "knowledge.disease", lambda: disease),
    Page("GET", "/knowledge/sources", "knowledge.sources", lambda: sources),
    Page("GET", "/knowledge/sources/{source_id}", "knowledge.source", lambda: source),
)
