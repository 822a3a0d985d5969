"""Reads the knowledge files and refuses a release that does not hold together.

One folder holds one release: ``sources.yaml``, ``tests.yaml``, ``regions.yaml``, ``reasons.yaml``,
``tuning.yaml``, ``measures.yaml``, ``scales.yaml``, ``finding_aliases.yaml``, ``disease_aliases.yaml``,
``alarm_kinds.yaml``, ``alarm_limits.yaml``,
``alarm_words.yaml``, ``alarm_handling.yaml``, ``doses.yaml``, ``scores.yaml``, ``resuscitation.yaml``,
``findings/*.yaml`` (lists, split by system) and ``diseases/<key>.yaml`` (one disease each).
All problems are gathered and told at once, each naming its file and entry, because whoever edits knowledge should not
meet them one by one.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.chain import link_hash
from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge import alarm_assembly, shapes
from holdfast.knowledge.alarm_rules import AlarmRules
from holdfast.knowledge.assembly import Parts, assemble
from holdfast.knowledge.care import Care
from holdfast.knowledge.cpr_assembly import CPR, FigureShape, assemble_figures
from holdfast.knowledge.documents import keep_documents, kept_documents, read_documents
from holdfast.knowledge.dose_assembly import DOSES, DoseShape, assemble_doses
from holdfast.knowledge.model import Knowledge
from holdfast.knowledge.pedigree import Problems
from holdfast.knowledge.score_assembly import SCORES, ScoreShape, assemble_scores

S = TypeVar("S", bound=shapes.Shape)

_FILES = (
    "alarm_handling.yaml",
    "alarm_kinds.yaml",
    "alarm_limits.yaml",
    "alarm_words.yaml",
    "disease_aliases.yaml",
    DOSES,
    "finding_aliases.yaml",
    "measures.yaml",
    "reasons.yaml",
    "regions.yaml",
    CPR,
    "scales.yaml",
    SCORES,
    "sources.yaml",
    "tests.yaml",
    "tuning.yaml",
)
_FOLDERS = ("diseases", "findings")
_FITTED_ON = (*_FOLDERS, "measures.yaml", "scales.yaml")
"""What the numbers of ``tuning.yaml`` depend on."""
_RELEASE_HASH_DIGITS = 12


class KnowledgeError(HoldfastError):
    """The knowledge files do not hold together. ``problems`` names each file, entry and fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        count = len(problems)
        listed = "; ".join(problems)
        super().__init__(
            f"The knowledge data have {count} problem{'s' if count != 1 else ''}: {listed}.",
            "Correct the named entries, then load again.",
        )


_keep_in: Path | None = None


def keep_documents_in(folder: Path) -> None:
    """Have :func:`load` keep the packaged documents there, once it has read them; to be called before it."""
    global _keep_in
    _keep_in = folder


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The packaged release; read once per process. Raises :class:`KnowledgeError`."""
    return load_from(resources.files("holdfast.knowledge") / "data", _keep_in)


def load_from(folder: Traversable, keep_in: Path | None = None) -> Knowledge:
    """The release in ``folder`` (a ``pathlib.Path`` will do). Raises :class:`KnowledgeError`."""
    problems = Problems()
    contents = _contents(folder, problems)
    digest = _digest(contents)
    documents = _documents(contents, digest, keep_in, problems)
    parts = _parts(documents, problems)
    facts = _digest({name: data for name, data in contents.items() if name.split("/")[0] in _FITTED_ON})
    alarms = _alarms(documents, parts, problems) if parts else None
    care = _care(documents, parts, problems) if parts else None
    release = digest[:_RELEASE_HASH_DIGITS], facts[:_RELEASE_HASH_DIGITS]
    knowledge = assemble(parts, alarms, care, *release, problems) if parts and alarms and care else None
    if knowledge is None or problems.found:
        raise KnowledgeError(tuple(problems.found))
    return knowledge


def _documents(contents: dict[str, bytes], digest: str, keep_in: Path | None, problems: Problems) -> dict[str, Any]:
    if keep_in and (kept := kept_documents(keep_in, digest)) is not None:
        return kept
    documents = read_documents(contents, problems)
    if keep_in and not problems.found:
        keep_documents(keep_in, digest, documents)
    return documents


def _digest(contents: dict[str, bytes]) -> str:
    return link_hash(field for name in sorted(contents) for field in (name, contents[name])).hex()


def _contents(folder: Traversable, problems: Problems) -> dict[str, bytes]:
    """Bytes of every data file by its relative name; a missing or unexpected file is a problem."""
    contents: dict[str, bytes] = {}
    for name, entry in _walk(folder):
        if name in _FILES or (name.endswith(".yaml") and name.split("/")[0] in _FOLDERS):
            contents[name] = entry.read_bytes()
        else:
            problems.add(name, "", "this file is not part of a knowledge release")
    for name in _FILES:
        if name not in contents:
            problems.add(name, "", "the file is missing")
    return contents


def _walk(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir() and entry.name in _FOLDERS:
            for inner in sorted(entry.iterdir(), key=lambda item: item.name):
                yield f"{entry.name}/{inner.name}", inner
        else:
            yield entry.name, entry


def _parts(documents: dict[str, Any], problems: Problems) -> Parts | None:
    tuning = _one("tuning.yaml", "tuning", documents.get("tuning.yaml"), shapes.TuningShape, problems)
    findings = [
        (name, entry)
        for name in documents
        if name.startswith("findings/")
        for entry in _many(name, documents[name], shapes.FindingShape, problems)
    ]
    diseases = [
        (name, disease)
        for name in documents
        if name.startswith("diseases/")
        and (disease := _one(name, "disease", documents[name], shapes.DiseaseShape, problems))
    ]
    parts = {
        "sources": _many("sources.yaml", documents.get("sources.yaml"), shapes.SourceShape, problems),
        "tests": _many("tests.yaml", documents.get("tests.yaml"), shapes.TestShape, problems),
        "measures": _many("measures.yaml", documents.get("measures.yaml"), shapes.MeasureShape, problems),
        "scales": _many("scales.yaml", documents.get("scales.yaml"), shapes.ScaleShape, problems),
        "regions": _many("regions.yaml", documents.get("regions.yaml"), shapes.RegionShape, problems),
        "reasons": _many("reasons.yaml", documents.get("reasons.yaml"), shapes.ReasonShape, problems),
        "finding_aliases": _mapping("finding_aliases.yaml", documents, dict[str, str], problems),
        "disease_aliases": _mapping("disease_aliases.yaml", documents, dict[str, list[str]], problems),
    }
    if tuning is None:
        return None
    return Parts(tuning=tuning, findings=findings, diseases=diseases, **parts)


def _alarms(documents: dict[str, Any], parts: Parts, problems: Problems) -> AlarmRules | None:
    kinds, limits, handling = alarm_assembly.KINDS, alarm_assembly.LIMITS, alarm_assembly.HANDLING
    words = alarm_assembly.WORDS
    shape = _one(handling, "", documents.get(handling), alarm_assembly.HandlingShape, problems)
    if shape is None:
        return None
    return alarm_assembly.assemble_alarms(
        _many(kinds, documents.get(kinds), alarm_assembly.KindShape, problems),
        _many(limits, documents.get(limits), alarm_assembly.LimitShape, problems),
        shape,
        _many(words, documents.get(words), alarm_assembly.WordsShape, problems),
        {source.id for source in parts.sources},
        problems,
    )


def _care(documents: dict[str, Any], parts: Parts, problems: Problems) -> Care:
    sources = parts.sources
    findings = {shape.key for _, shape in parts.findings}
    return Care(
        doses=assemble_doses(_many(DOSES, documents.get(DOSES), DoseShape, problems), sources, problems),
        scores=assemble_scores(_many(SCORES, documents.get(SCORES), ScoreShape, problems), sources, findings, problems),
        cpr=assemble_figures(_many(CPR, documents.get(CPR), FigureShape, problems), sources, problems),
    )


def _one(name: str, entry: str, raw: Any, shape: type[S], problems: Problems) -> S | None:
    if raw is None:
        problems.add(name, entry, "it is empty")
        return None
    try:
        return typed.convert(raw, shape)
    except msgspec.ValidationError as error:
        problems.add(name, entry, str(error))
        return None


def _many(name: str, raw: Any, shape: type[S], problems: Problems) -> list[S]:
    if not isinstance(raw, list):
        problems.add(name, "", "a list of entries is expected")
        return []
    made = []
    for number, item in enumerate(raw, start=1):
        label = str(item.get("key") or item.get("id") or number) if isinstance(item, dict) else str(number)
        entry = _one(name, label, item, shape, problems)
        if entry is not None:
            made.append(entry)
    return made


def _mapping(name: str, documents: dict[str, Any], kind: Any, problems: Problems) -> Any:
    try:
        return typed.convert(documents.get(name) or {}, kind)
    except msgspec.ValidationError as error:
        problems.add(name, "", str(error))
        return {}
