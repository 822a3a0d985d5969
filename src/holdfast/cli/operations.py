"""Options of the command that belong to running a house."""

import argparse
from pathlib import Path

from holdfast.bootstrap.logs import set_up_logs
from holdfast.cli.homes import config_of

__all__ = [
    "add_doctor_options",
    "add_retention_options",
    "add_running_options",
    "run_retention",
    "set_up_logs",
]


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """Of everything that serves pages."""
    parser.add_argument("--log-json", action="store_true", help="log one JSON object for each event, to stderr")
    parser.add_argument(
        "--plain-http", action="store_true", help="serve the pages to other machines without TLS all the same"
    )
    parser.add_argument(
        "--metrics-token-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="token that opens /metrics from other machines; without it only this machine reads them",
    )


def add_doctor_options(parser: argparse.ArgumentParser) -> None:
    """Of ``holdfast doctor``, besides the addresses that it looks at."""
    parser.add_argument("--whole", action="store_true", help="check every link of the record, not a sample of it")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate (PEM) to look at")
    parser.add_argument(
        "--certificate-name",
        default="",
        metavar="NAME",
        help="name under which browsers open the pages; without it, each name in the certificate",
    )
    parser.add_argument("--json", action="store_true")


def add_retention_options(parser: argparse.ArgumentParser) -> None:
    """Of ``holdfast retention``."""
    parser.add_argument("--older-than", type=int, default=3650, metavar="DAYS", help="days since the case was closed")
    parser.add_argument("--remove", action="store_true", help="do it; without it nothing is changed")
    parser.add_argument("--hold", metavar="CASE", help="set a legal hold on this case instead")
    parser.add_argument("--reference", default="", help="of a hold: court, insurer or file")
    parser.add_argument("--lift", nargs=2, metavar=("CASE", "HOLD"), help="lift a hold instead")
    parser.add_argument("--by", default="", metavar="LOGIN", help="administrator who is answerable")
    parser.add_argument("--why", default="", help="the rule or law it rests on")


def run_retention(options: argparse.Namespace) -> None:
    """Hold, lift, plan or remove."""
    from holdfast.cli import retention

    config = config_of(options)
    if options.hold:
        said = retention.hold(config, case_id=options.hold, reference=options.reference, why=options.why, by=options.by)
    elif options.lift:
        case_id, hold_id = options.lift
        said = retention.lift(config, case_id=case_id, hold_id=hold_id, why=options.why, by=options.by)
    else:
        lines = retention.old_pictures(
            config, days=options.older_than, remove=options.remove, by=options.by, why=options.why
        )
        said = "\n".join(lines)
    print(said)
