"""Time of a whole second look: posterior, fit, ledger, next test, ranges from all draws, explanation, page.

Run: ``python benchmarks/second_look_speed.py [DIR of published cases] [--made 100] [--json]``. One core: the numeric
libraries are told so before they load. CPU time of the process is reported beside wall time, because a busy machine
stretches the second. pgmpy and pyAgrum are timed in the same run, where they are installed, on networks they can
answer: invented ones, all marginals, the library's time with building its network.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 - after the number of threads is set
import yaml  # noqa: E402

sys.path.append(str(Path(__file__).parent))
import reasoning_exact  # noqa: E402 - a neighbour
from holdfast.cli.scorecard_diagnosis import STAGES, read_case  # noqa: E402
from holdfast.knowledge.loader import load  # noqa: E402
from holdfast.knowledge.model import Knowledge  # noqa: E402
from holdfast.reasoning.assessment import assess, prepare  # noqa: E402
from holdfast.reasoning.engine import answer, ask  # noqa: E402
from holdfast.reasoning.evidence import Evidence  # noqa: E402
from holdfast.reasoning.page import to_page  # noqa: E402
from holdfast.reasoning.sensitivity import made_dog  # noqa: E402
from holdfast.reasoning.world import compile_world  # noqa: E402
from made_worlds import made  # noqa: E402 - a neighbour

WORKING = "multiple_organ_dysfunction"


def published(folder: Path, knowledge: Knowledge) -> list[Evidence]:
    """Evidence of every case in a folder with what was known after the workup."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(read_case(path.read_text(encoding="utf-8"), knowledge, STAGES["workup"]).evidence)
        except (ValueError, yaml.YAMLError):
            continue
    return found


def timed(cases: list[Evidence], look: Callable[[Evidence], object]) -> dict[str, Any]:
    """Median, p95 and largest milliseconds of ``look``, CPU and wall; the first case is looked at once before."""
    look(cases[0])
    cpu, wall = [], []
    for case in cases:
        started, on_the_wall = time.process_time(), time.perf_counter()
        look(case)
        cpu.append(1e3 * (time.process_time() - started))
        wall.append(1e3 * (time.perf_counter() - on_the_wall))
    return {"cases": len(cases), "cpu_ms": reasoning_exact.quantiles(cpu), "wall_ms": reasoning_exact.quantiles(wall)}


def peers(networks: int) -> dict[str, Any]:
    """All marginals of the same invented networks, ours and the libraries'."""
    rng = np.random.default_rng(23)
    ours, agrum = [], []
    for _ in range(networks):
        knowledge = made(rng, "exact")
        world = compile_world(knowledge)
        seen, _, _ = reasoning_exact.sick_dog(knowledge, rng, (6, 10), (20, 51))
        question = ask(world, knowledge, seen)
        started = time.process_time()
        answer(question)
        ours.append(1e3 * (time.process_time() - started))
        started = time.process_time()
        if reasoning_exact.agrum_marginals(question) is not None:
            agrum.append(1e3 * (time.process_time() - started))
    try:
        import pgmpy  # noqa: F401
    except ImportError:
        pgmpy_says = "not installed"
    else:
        pgmpy_says = "cannot: a noisy-OR of the parents of one finding is expanded to a full table"
    return {
        "networks": networks,
        "holdfast_cpu_ms": reasoning_exact.quantiles(ours),
        "pyagrum_cpu_ms_with_building": reasoning_exact.quantiles(agrum) if agrum else "not installed",
        "pgmpy": pgmpy_says,
    }


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="?", type=Path, help="folder of published cases")
    parser.add_argument("--made", type=int, default=100)
    parser.add_argument("--networks", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    knowledge = load()
    told = published(given.cases, knowledge) if given.cases else []
    if given.cases and not told:
        parser.error(f"no published case lies in {given.cases}: name the folder with one file for each case")
    started = time.process_time()
    ready = prepare(knowledge)
    result: dict[str, Any] = {
        "release": knowledge.release,
        "diseases": len(knowledge.diseases),
        "findings": len(knowledge.findings),
        "tests": len(knowledge.tests),
        "prepare_cpu_ms": round(1e3 * (time.process_time() - started), 1),
    }

    def look(evidence: Evidence) -> object:
        return to_page(assess(knowledge, evidence, WORKING), knowledge)

    rng = np.random.Generator(np.random.PCG64(24))
    if told:
        result["published"] = timed(told, look)
    result["made"] = timed([made_dog(ready.world, rng) for _ in range(given.made)], look)
    result["posterior_alone"] = timed(
        [made_dog(ready.world, rng) for _ in range(given.made)],
        lambda evidence: answer(ask(ready.world, knowledge, evidence)),
    )
    result["libraries"] = peers(given.networks)
    print(json.dumps(result) if given.json else "\n".join(f"{key}: {value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
