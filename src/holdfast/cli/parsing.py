"""What the modules of the command share."""

import argparse
import json
import sys
from typing import Any

EXIT_BROKEN_RECORD = 3


def add_command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def print_json(value: Any) -> None:
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False, sort_keys=False)
    print()
