"""Hostile bytes for every door: nothing may crash, and nothing may be dropped without a word.

    python benchmarks/fuzz.py hl7|dicom|association|wfdb|trends|service|api --cases N [--engine atheris|own] [--json]

Each target says at the top of its module what counts as a fault. Engines: ``own`` changes the seeds at random with
mutators that know the format; ``atheris`` (``pip install holdfast[fuzz]``) lets the branches that a case reaches in our
own code decide what is changed next, and uses the same mutators. Seeds are made by code; ``--corpus DIR`` adds the
files of a folder. Faults are counted by where they come from, with the first case of each kept in ``--keep DIR``. Exit
status 1 when there was one.
"""

import argparse
import json
import logging
import os
import random
import resource
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

TARGETS = {
    "hl7": ("fuzz_hl7", "target"),
    "dicom": ("fuzz_dicom", "files"),
    "association": ("fuzz_dicom", "association"),
    "wfdb": ("fuzz_files", "wfdb"),
    "trends": ("fuzz_files", "trends"),
    "service": ("fuzz_files", "service"),
    "api": ("fuzz_api", "target"),
}
SIZE_MAX = 1 << 20
SLOW_S = 5.0
"""A case of at most a megabyte that takes so long on the clock is told (other work on the machine counts in)."""


@dataclass
class Tally:
    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    first: dict[str, bytes] = field(default_factory=dict)
    slowest_ms: float = 0.0
    slowest: bytes = b""


def main() -> int:
    options = _options()
    logging.disable(logging.CRITICAL)  # what the code under test would log of every bad case
    if options.engine == "atheris":
        return _guided(options)
    target, tally, began = _target(options), Tally(), time.perf_counter()
    from fuzz_bytes import mutated

    rng = random.Random(options.seed)
    made = [bytes(seed) for seed in target.seeds]
    for number in range(options.cases):
        case = made[number] if number < len(made) else mutated(rng.choice(made), target, rng)
        _run(target, case, tally)
        if options.progress and tally.cases % options.progress == 0:
            print(f"{tally.cases}: {dict(tally.outcomes)}, faults {dict(tally.faults)}", file=sys.stderr, flush=True)
    target.close()
    return _tell(options, tally, time.perf_counter() - began, len(made))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("own", "atheris"), default="own")
    parser.add_argument("--corpus", type=Path, help="more seeds: every file of this folder")
    parser.add_argument("--keep", type=Path, help="folder for the first case of each kind of fault")
    parser.add_argument("--progress", type=int, default=0, metavar="N", help="say how it goes every N cases")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _target(options: argparse.Namespace):
    module, name = TARGETS[options.target]
    target = getattr(__import__(module), name)()
    more = sorted(path for path in options.corpus.rglob("*") if path.is_file()) if options.corpus else []
    return replace(target, seeds=[*target.seeds, *(path.read_bytes()[:SIZE_MAX] for path in more)])


def _run(target, case: bytes, tally: Tally) -> None:
    began = time.perf_counter()
    try:
        tally.outcomes[target.check(case)] += 1
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        name = f"{type(error).__name__}: {str(error)[:120]} ({Path(last.filename).name}:{last.lineno})"
        tally.faults[name] += 1
        tally.first.setdefault(name, case)
    tally.cases += 1
    took_ms = (time.perf_counter() - began) * 1e3
    if took_ms > tally.slowest_ms:
        tally.slowest_ms, tally.slowest = took_ms, case


def _guided(options: argparse.Namespace) -> int:
    """libFuzzer runs the show and ends the process itself; what was seen is told before it does."""
    import atheris

    packages = ["holdfast.gateways", "holdfast.imaging", "holdfast.usecases.service_rows", "holdfast.usecases.ingest"]
    with atheris.instrument_imports(include=packages, enable_loader_override=False):
        target = _target(options)
    from fuzz_bytes import mutated

    tally, began = Tally(), time.perf_counter()
    seeds = [bytes(seed) for seed in target.seeds]

    def one(case: bytes) -> None:
        _run(target, case, tally)
        if options.progress and tally.cases % options.progress == 0:
            print(f"{tally.cases}: {dict(tally.outcomes)}, faults {dict(tally.faults)}", file=sys.stderr, flush=True)
        if tally.cases >= options.cases:
            status = _tell(options, tally, time.perf_counter() - began, len(seeds))
            sys.stdout.flush()
            os._exit(status)

    def mutate(data: bytes, size_max: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(data, size_max))
        return mutated(data or rng.choice(seeds), target, rng, size_max)

    folder = _seed_folder(seeds)
    atheris.Setup(
        [
            sys.argv[0],
            f"-seed={options.seed}",
            f"-max_len={SIZE_MAX >> 4}",
            "-verbosity=0",
            "-rss_limit_mb=4096",
            folder,
        ],
        one,
        custom_mutator=mutate,
    )
    atheris.Fuzz()
    return 0


def _seed_folder(seeds: list[bytes]) -> str:
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="holdfast-seeds-"))
    for number, seed in enumerate(seeds):
        (folder / f"seed{number}").write_bytes(seed)
    return str(folder)


def _tell(options: argparse.Namespace, tally: Tally, took_s: float, seeds: int) -> int:
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for number, (name, case) in enumerate(tally.first.items()):
            (options.keep / f"{options.target}-{number}.bin").write_bytes(case)
            (options.keep / f"{options.target}-{number}.txt").write_text(name)
        (options.keep / f"{options.target}-slowest.bin").write_bytes(tally.slowest)
    result = {
        "target": options.target,
        "engine": options.engine,
        "cases": tally.cases,
        "seed": options.seed,
        "seeds": seeds,
        "outcomes": dict(tally.outcomes.most_common()),
        "faults": tally.faults.total(),
        "kinds": dict(tally.faults.most_common(10)),
        "slowest_ms": round(tally.slowest_ms, 1),
        "cases_per_s": round(tally.cases / took_s),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }
    print(json.dumps(result, indent=None if options.json else 2))
    return 1 if tally.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
