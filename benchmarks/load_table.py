"""Writes the table of loads of the documentation from what the benches printed.

    python benchmarks/alarm_latency.py --beds 1 10 50 --json > latency.json
    python benchmarks/soak.py --beds 20 --hours 8 --json > soak.json
    python benchmarks/kill9.py --kills 1000 --json > kill9.json
    python benchmarks/bed_load.py --json > bed_load.json
    python benchmarks/film_screen.py --json > films.json
    python benchmarks/load_table.py latency.json soak.json kill9.json bed_load.json films.json --machine "2 cores, idle"

Writes ``docs/reference/load.md``; any of the files may be left out, and then its part says that it was not measured.
Several outputs of ``kill9`` (other seeds) are added up.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "load.md"
HEAD = """# Load

What one machine bears, as measured by `benchmarks/` and put here by `python benchmarks/load_table.py`
(its head says how). Machine: {machine}.
"""
NOT = "Not measured yet.\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="*", type=Path)
    parser.add_argument("--machine", required=True, help="cores, disk, and what else ran on it")
    parser.add_argument("--out", type=Path, default=PAGE)
    options = parser.parse_args()
    told: dict[str, Any] = {}
    for path in options.results:
        new = sorted_in(json.loads(path.read_text()))
        if "kills" in told and "kills" in new:
            new["kills"] = added(told["kills"], new["kills"])
        told |= new
    options.out.write_text(page(told, options.machine))
    return 0


def sorted_in(result: dict[str, Any]) -> dict[str, Any]:
    """A bench's output under the name of its part; what it is shows in its keys."""
    if "latency" in result:
        return result
    for name, key in (
        ("soak", "slopes_an_hour"),
        ("kills", "acknowledged_by_door"),
        ("bed", "beds_per_core"),
        ("films", "answer_to_marks_s_p95"),
    ):
        if key in result:
            return {name: result}
    raise SystemExit("One of the files is no output of alarm_latency, soak, kill9, bed_load or film_screen.")


def added(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two runs of kill9 as one; their times to ready are told as the longer."""
    counts = ("kills", "killed_while_starting", "fresh_starts", "acknowledged", "lost", "twice", "verify_failures")
    doors = one["acknowledged_by_door"]
    return (
        {name: one[name] + other[name] for name in counts}
        | {"acknowledged_by_door": {door: doors[door] + n for door, n in other["acknowledged_by_door"].items()}}
        | {"ready_s_p50": {how: max(s, other["ready_s_p50"].get(how, 0)) for how, s in one["ready_s_p50"].items()}}
    )


def page(told: dict[str, Any], machine: str) -> str:
    parts = [HEAD.format(machine=machine)]
    parts += ["## From the wire to the eye\n", latency(told["latency"]) if "latency" in told else NOT]
    parts += ["## Hours\n", soak(told["soak"]) if "soak" in told else NOT]
    parts += ["## Kills\n", kills(told["kills"]) if "kills" in told else NOT]
    parts += ["## Analysis of one bed\n", bed(told["bed"]) if "bed" in told else NOT]
    parts += ["## Films\n", films(told["films"]) if "films" in told else NOT]
    return "\n".join(parts)


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def latency(runs: list[dict[str, Any]]) -> str:
    def three(run: dict[str, Any], name: str) -> str:
        return " / ".join(f"{run.get(f'{name}_{cut}', '-')}" for cut in ("p50", "p99", "max"))

    rows = [
        (
            run["beds"],
            run["stops"],
            run["missed"],
            three(run, "wire_to_answer_ms"),
            three(run, "wire_to_committed_ms"),
            three(run, "wire_to_painted_ms"),
            run["load_before"][0],
        )
        for run in runs
    ]
    head = (
        "beds",
        "stopped hearts",
        "not painted in 25 s",
        "wire to answer, ms",
        "wire to committed alarm, ms",
        "wire to painted, ms",
    )
    text = "Three waveforms a bed; p50 / p99 / max, where p99 is the largest while there are fewer than a hundred.\n\n"
    return text + table((*head, "load before"), rows)


def soak(run: dict[str, Any]) -> str:
    head = ("", "after", "memory MB", "open files", "threads", "acknowledged p50 / p99 ms", "screen's longest gap s")
    rows = [
        (
            name,
            f"{run[name]['at_s'] / 60:.0f} min",
            run[name]["rss_mb"],
            run[name]["open_files"],
            run[name]["threads"],
            f"{run[name]['ack_ms_p50']} / {run[name]['ack_ms_p99']}",
            run[name]["screen_gap_s_max"],
        )
        for name in ("first", "middle", "last")
    ]
    slopes = run["slopes_an_hour"]
    clock = f" on a clock {run['speed']} times as fast, by which all times here are" if run.get("speed", 1) > 1 else ""
    text = f"{run['beds']} beds for {run['hours']} h{clock}, {run['failed']} failed. Slopes over the second half "
    text += f"({run['slopes_over_hours']} h): memory {slopes['rss_mb']} MB an hour, open files {slopes['open_files']}, "
    text += f"threads {slopes['threads']}. Ready after {run['ready_s']} s.\n\n"
    return text + table(head, rows)


def kills(run: dict[str, Any]) -> str:
    doors = ", ".join(f"{name} {count:,}" for name, count in run["acknowledged_by_door"].items())
    ready = ", ".join(f"{name} {seconds} s" for name, seconds in run["ready_s_p50"].items())
    text = f"{run['kills']:,} kills ({run['killed_while_starting']} while starting, {run['fresh_starts']} of servers "
    text += f"started from nothing), {run['acknowledged']:,} acknowledged ({doors}): {run['lost']} lost, "
    text += f"{run['twice']} there twice, {run['verify_failures']} records that did not verify. "
    return text + f"Ready after (median): {ready}.\n"


def bed(run: dict[str, Any]) -> str:
    return (
        f"{run['cpu_ms_per_bed_second']:.2f} ms of CPU for each second of a bed with {len(run['waves'])} waves: "
        f"{run['beds_per_core']:.0f} beds per core for the analysis alone.\n"
    )


def films(run: dict[str, Any]) -> str:
    rows = [
        (words, *(run[f"{name}_{cut}"] for cut in ("p50", "p95", "max")))
        for words, name in (
            ("sending, to the success answer", "sending_s"),
            ("viewer opened to first picture", "first_picture_s"),
            ("viewer opened to the film's own values", "own_values_s"),
            ("success answer to marks on screen", "answer_to_marks_s"),
            ("processor time of the server", "server_cpu_s"),
        )
    ]
    text = f"{run['films']} films of {run['megapixels']} megapixels ({run['megabytes']} MB), one after the other, "
    text += f"sent by DICOM and opened in Chromium; load before {run['load_before'][0]}.\n\n"
    return text + table(("", "p50 s", "p95 s", "longest s"), rows)


if __name__ == "__main__":
    sys.exit(main())
