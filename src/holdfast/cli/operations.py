"""Options of the command that belong to running a house."""

import argparse
from pathlib import Path

from holdfast.bootstrap.logs import set_up_logs

__all__ = ["add_doctor_options", "add_export_options", "add_running_options", "set_up_logs"]


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """Of everything that serves pages."""
    parser.add_argument("--log-json", action="store_true", help="log one JSON object for each event, to stderr")
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
    parser.add_argument("--json", action="store_true")


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Of ``holdfast export``."""
    parser.add_argument("case", nargs="?", default="", metavar="CASE", help="case id")
    parser.add_argument("--everything", action="store_true", help="the whole house, into a new folder")
    parser.add_argument("--item", default="", metavar="ID", help="only this item")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="new folder, or a file ending in .zip")
    parser.add_argument(
        "--pictures", type=Path, metavar="DIR", help="folder in which the named pictures are looked for"
    )
    parser.add_argument("--withhold", action="append", default=[], metavar="KIND:MEMBER", help="may be repeated")
    parser.add_argument(
        "--kept", action="append", type=Path, default=[], metavar="FILE", help="a checkpoint that the receiver has"
    )
