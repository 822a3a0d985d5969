"""``holdfast scorecard``: its words on the command line, and how its figures are printed."""

import argparse
from pathlib import Path
from typing import Any

from holdfast.cli.homes import add_place, config_of
from holdfast.cli.parsing import add_command as _add
from holdfast.cli.parsing import print_json
from holdfast.kernel.errors import OperatorError


def add_scorecards(commands: Any) -> None:
    scorecard = commands.add_parser("scorecard", help="measure Holdfast on data with known answers")
    kinds = scorecard.add_subparsers(required=True, metavar="KIND")
    diagnosis = _add(kinds, "diagnosis", _diagnosis, "rank of the true diagnosis in published cases")
    diagnosis.add_argument("directory", type=Path, metavar="DIR")
    diagnosis.add_argument("--stage", choices=["presenting", "workup"], default="presenting")
    diagnosis.add_argument("--json", action="store_true")
    fit = _add(kinds, "fit", _fit, "misfit of what was first suspected in published cases")
    fit.add_argument("directory", type=Path, metavar="DIR")
    fit.add_argument("--stage", choices=["presenting", "workup"], default="workup")
    fit.add_argument("--controls", type=int, default=200, metavar="N", help="drawn dogs without a misfit (default 200)")
    fit.add_argument("--json", action="store_true")
    beats = _add(kinds, "beats", _beats, "beat detection against annotated WFDB records")
    beats.add_argument("directory", type=Path, metavar="DIR")
    beats.add_argument("--preset", choices=["dog", "human"], default="dog")
    beats.add_argument("--tolerance-ms", type=float, help="75 for dogs, 150 for people unless said otherwise")
    beats.add_argument(
        "--dogs", choices=["odd", "even", "all"], default="all", help="by the dog's number in the header"
    )
    beats.add_argument("--json", action="store_true")
    respiration = _add(kinds, "respiration", _respiration, "breathing rate from the ECG of annotated records")
    respiration.add_argument("directory", type=Path, metavar="DIR")
    respiration.add_argument("--json", action="store_true")
    alarms = _add(kinds, "alarms", _alarms, "false alarms silenced and true ones kept (CinC 2015 layout)")
    alarms.add_argument("directory", type=Path, metavar="DIR")
    alarms.add_argument("--limits", type=Path, metavar="FILE", help="YAML list of limits (default: people's)")
    alarms.add_argument("--alarm-at", type=float, default=300.0, metavar="S", help="second of the alarm (default 300)")
    alarms.add_argument("--json", action="store_true")
    metal = _add(kinds, "metal", _metal, "metal on labelled films")
    metal.add_argument("labels", type=Path, nargs="?", metavar="LABELS.csv")
    metal.add_argument("--images", type=Path, metavar="DIR", help="folder that the file names of the labels start from")
    metal.add_argument("--vetxray", type=Path, metavar="DIR", help="the public VetXRay set instead, by its tag")
    metal.add_argument("--json", action="store_true")
    rhythm = _add(kinds, "rhythm", _rhythm, "arrest and fibrillation against WFDB rhythm marks")
    rhythm.add_argument("directory", type=Path, metavar="DIR")
    rhythm.add_argument("--json", action="store_true")
    shadow = _add(kinds, "shadow", _shadow, "silent rules of a record: how often they would have spoken")
    add_place(shadow)
    shadow.add_argument("--json", action="store_true")
    rally = _add(kinds, "rally", _rally, "improvement that nobody brought about, on made dogs")
    rally.add_argument("directory", type=Path, nargs="?", metavar="DIR", help="CSV exports to be told of, not judged")
    rally.add_argument("--dogs", type=int, default=40, metavar="N", help="made dogs of each kind (default 40)")
    rally.add_argument("--json", action="store_true")


# Each imports what it needs when it runs, as the other subcommands do.


def _diagnosis(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_diagnosis

    _print_scores(scorecard_diagnosis.run(options.directory, stage=options.stage), options.json)


def _fit(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_fit

    _print_scores(scorecard_fit.run(options.directory, options.stage, options.controls), options.json)


def _beats(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_beats
    from holdfast.signals.qrs_front import Preset

    scores = scorecard_beats.run(
        options.directory, preset=Preset(options.preset), tolerance_ms=options.tolerance_ms, dogs=options.dogs
    )
    _print_scores(scores, options.json)


def _respiration(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_respiration

    _print_scores(scorecard_respiration.run(options.directory), options.json)


def _alarms(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_alarms

    scores = scorecard_alarms.run(options.directory, options.limits, options.alarm_at)
    _print_scores(scores, options.json)
    if not options.json:
        print("\n".join(scorecard_alarms.in_words(scores)))


def _metal(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_metal

    if options.vetxray:
        scores = scorecard_metal.run_vetxray(options.vetxray)
    elif options.labels:
        scores = scorecard_metal.run(options.labels, options.images or options.labels.parent)
    else:
        raise OperatorError("It does not say which films.", "Give LABELS.csv with --images DIR, or --vetxray DIR.")
    _print_scores(scores, options.json)


def _shadow(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_shadow

    found = scorecard_shadow.run(config_of(options))
    if options.json:
        print_json(scorecard_shadow.as_builtins(found))
    else:
        print("\n".join(scorecard_shadow.in_words(found)))


def _rhythm(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_rhythm

    _print_scores(scorecard_rhythm.run(options.directory), options.json)


def _rally(options: argparse.Namespace) -> None:
    from holdfast.cli import scorecard_rally

    scores = scorecard_rally.run(options.directory, dogs=options.dogs)
    _print_scores(scores, options.json)
    if not options.json:
        for one in scores["kinds"].values():
            print(f"{one['words']}: {one['right']} of {options.dogs} right ({one['ought'].replace('_', ' ')})")


def _print_scores(scores: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(scores)
        return
    for name, value in scores.items():
        if not isinstance(value, dict | list):
            print(f"{name:24} {value:.4f}" if isinstance(value, float) else f"{name:24} {value}")
