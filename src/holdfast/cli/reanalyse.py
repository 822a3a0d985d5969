"""``holdfast reanalyse``: which verdicts of the past would be others with this knowledge and this analysis?"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.cli.homes import add_place, config_of
from holdfast.cli.parsing import add_command
from holdfast.kernel.time import iso

if TYPE_CHECKING:
    from holdfast.usecases.reanalysis import CaseReport, LookAgain, StateSeen


def add_to(commands: Any) -> None:
    parser = add_command(
        commands, "reanalyse", _run, "say which past verdicts would change with other knowledge or a new analysis"
    )
    add_place(parser)
    parser.add_argument("--case", default="", metavar="ID", help="only this case")
    parser.add_argument(
        "--knowledge", type=Path, default=None, metavar="DIR", help="release to judge with (default: the packaged one)"
    )
    parser.add_argument("--looks-only", action="store_true", help="second looks only, not the samples of the monitor")
    parser.add_argument("--workers", type=int, default=0, help="Dask workers on this machine (default: none)")
    parser.add_argument("--scheduler", default="", metavar="URL", help="Dask scheduler of a cluster (tcp://HOST:PORT)")
    parser.add_argument("--json", action="store_true")


def _run(options: argparse.Namespace) -> int:
    from holdfast.bootstrap.reanalysis import knowledge_of, reanalyse_archive

    reports = reanalyse_archive(
        config_of(options),
        knowledge=options.knowledge,
        case_id=options.case,
        states=not options.looks_only,
        workers=options.workers,
        scheduler=options.scheduler,
    )
    release = knowledge_of(options.knowledge).release
    if options.json:
        json.dump(as_builtins(reports, release), sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        print("\n".join(in_words(reports, release)))
    return 1 if any(report.problem for report in reports) else 0


def as_builtins(reports: "list[CaseReport]", release: str) -> dict[str, Any]:
    """Sums, then every case."""
    return {
        "knowledge_release": release,
        "cases": len(reports),
        "looks": sum(report.looks for report in reports),
        "looks_changed": sum(len(report.changed) for report in reports),
        "verdicts_turned": sum(look.turned for report in reports for look in report.changed),
        "messages": sum(report.messages for report in reports),
        "states": sum(report.states for report in reports),
        "states_only_then": sum(len(report.only_then) for report in reports),
        "states_only_now": sum(len(report.only_now) for report in reports),
        "states_moved": sum(len(report.moved) for report in reports),
        "reports": [msgspec.to_builtins(report) for report in reports],
    }


def in_words(reports: "list[CaseReport]", release: str) -> list[str]:
    """The sums, then a line for each thing that would be different."""
    sums = as_builtins(reports, release)
    lines = [
        f"{sums['cases']} cases judged with release {release}; nothing was written.",
        f"Second looks: {sums['looks']} made again, {sums['looks_changed']} would say something else, "
        f"{sums['verdicts_turned']} with another verdict.",
        f"States of the monitor: {sums['states']} on record, {sums['messages']} messages analysed again; "
        f"{sums['states_only_then']} would not be told, {sums['states_only_now']} would be new, "
        f"{sums['states_moved']} would begin or end at another moment.",
    ]
    for report in reports:
        who = f"{report.name or 'Case'} ({report.case_id})"
        if report.problem:
            lines.append(f"{who}: not judged. {report.problem}")
        lines += [f"{who}: {_look_words(look)}" for look in report.changed]
        lines += [f"{who}: {_state_words(seen)} would not be told" for seen in report.only_then]
        lines += [f"{who}: {_state_words(seen)} would be told" for seen in report.only_now]
        lines += [f"{who}: {_state_words(then)} would begin at {iso(now.at_us)}" for then, now in report.moved]
    return lines


def _look_words(look: "LookAgain") -> str:
    when = f"second look of {iso(look.at_us)}"
    then = f" (then decided: {look.decided})" if look.decided else ""
    if look.turned:
        return f"{when}{then}: {look.level_then} would be {look.level_now}. {look.text_now}"
    return f"{when}{then}: the verdict stays {look.level_then}; other: {', '.join(look.differs)}"


def _state_words(seen: "StateSeen") -> str:
    return f"{seen.condition}{f' on {seen.signal}' if seen.signal else ''} at {iso(seen.at_us)}"
