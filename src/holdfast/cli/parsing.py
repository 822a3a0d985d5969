"""What the modules of the command share."""

import argparse
from pathlib import Path
from typing import Any

EXIT_BROKEN_RECORD = 3


def add_command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of the record")
