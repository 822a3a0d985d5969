"""``holdfast checkpoint``, ``export`` and ``report``: their words on the command line."""

import argparse
from pathlib import Path
from typing import Any

from holdfast.cli.homes import add_place, config_of
from holdfast.cli.parsing import EXIT_BROKEN_RECORD, add_command
from holdfast.kernel.errors import OperatorError


def add_evidence_commands(commands: Any) -> None:
    checkpoint = add_command(commands, "checkpoint", _checkpoint, "sign how long the record is, or compare it")
    add_place(checkpoint)
    checkpoint.add_argument("--name", default="", help="name of the record, given once: clinic.example/emergency")
    act = checkpoint.add_mutually_exclusive_group()
    act.add_argument("--compare", type=Path, metavar="FILE", help="a checkpoint kept elsewhere: does it still hold?")
    act.add_argument("--public-key", action="store_true", help="print the key that others check our signature with")
    act.add_argument("--rotate-key", action="store_true", help="put a new key in the place of the old one")
    export = add_command(commands, "export", _export, "write a case or an item so that anybody can check it")
    export.add_argument("case", nargs="?", default="", metavar="CASE", help="case id")
    export.add_argument("--everything", action="store_true", help="the whole house, into a new folder")
    export.add_argument("--item", default="", metavar="ID", help="only this item")
    export.add_argument("--out", type=Path, required=True, metavar="PATH", help="new folder, or a file ending in .zip")
    export.add_argument(
        "--pictures", type=Path, metavar="DIR", help="folder in which the named pictures are looked for"
    )
    export.add_argument("--withhold", action="append", default=[], metavar="KIND:MEMBER", help="may be repeated")
    export.add_argument("--without-service", action="store_true", help="leave out the dog's service history")
    export.add_argument(
        "--kept", action="append", type=Path, default=[], metavar="FILE", help="a checkpoint that the receiver has"
    )
    add_place(export)
    report = add_command(commands, "report", _report, "make the report of a case as a PDF, with its signature")
    report.add_argument("case", metavar="CASE", help="case id")
    report.add_argument("out", type=Path, metavar="OUT.pdf")
    report.add_argument(
        "--for", dest="reader", choices=["commander", "handler", "court"], required=True, help="who reads it"
    )
    report.add_argument("--to", default="", metavar="NAME", help="receiver, as it stands on the report")
    report.add_argument("--purpose", default="", help="purpose or file number")
    report.add_argument("--until", default="", metavar="MOMENT", help="as known at, clinic time: 2026-11-22T06:12")
    add_place(report)


# Each subcommand imports what it needs when it runs.


def _checkpoint(options: argparse.Namespace) -> int:
    from holdfast.cli import proofs

    config = config_of(options)
    if options.compare:
        found = proofs.compare_with(config, options.compare)
        print(found.words)
        return 0 if found.ok else EXIT_BROKEN_RECORD
    if options.public_key or options.rotate_key:
        print(proofs.public_keys(config, options.name, rotate=options.rotate_key))
    else:
        print(proofs.checkpoint(config, options.name), end="")
    return 0


def _export(options: argparse.Namespace) -> None:
    from holdfast.cli import proofs

    if options.everything or not options.case:
        if not options.everything or options.case or options.item or options.withhold:
            raise OperatorError("It does not say what.", "Name one case by its id, or give --everything alone.")
        print(proofs.export_everything(config_of(options), options.out))
        return
    said = proofs.export_case(
        config_of(options),
        case_id=options.case,
        item_id=options.item,
        target=options.out,
        pictures=options.pictures,
        withhold=options.withhold,
        without_service=options.without_service,
        kept=options.kept,
    )
    print(said)


def _report(options: argparse.Namespace) -> None:
    from holdfast.cli.report import write_report

    said = write_report(
        config_of(options),
        case_id=options.case,
        reader=options.reader,
        target=options.out,
        recipient=options.to,
        purpose=options.purpose,
        until=options.until,
    )
    print(said)
