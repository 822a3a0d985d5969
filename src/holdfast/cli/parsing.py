"""What the modules of the command share."""

import argparse
from typing import Any

EXIT_BROKEN_RECORD = 3


def add_command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser
