"""The arguments of ``holdfast fhir``. What they start is in ``fhir``, imported when it runs."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_to(commands: Any, data: Callable[[argparse.ArgumentParser], None]) -> None:
    """The actions, below the parser of ``fhir``; ``data`` adds the folder of the record."""
    for name, action, text, arguments in COMMANDS:
        parser = commands.add_parser(name, help=text, description=text)
        parser.set_defaults(run=_starting(action))
        for flags, options in arguments:
            parser.add_argument(*flags, **options)
        data(parser)


def _starting(action: str) -> Callable[[argparse.Namespace], None]:
    def run(options: argparse.Namespace) -> None:
        getattr(importlib.import_module("holdfast.cli.fhir"), action)(options)

    return run


COMMANDS: tuple[tuple[str, str, str, tuple[tuple[tuple[str, ...], dict[str, Any]], ...]], ...] = (
    (
        "export",
        "run_export",
        "write a case as a FHIR Bundle that another Holdfast takes over without loss",
        (
            (("case",), {"metavar": "CASE", "help": "case id or the animal's name"}),
            (("out",), {"type": Path, "metavar": "OUT.json"}),
        ),
    ),
    (
        "import",
        "run_import",
        "read a FHIR Bundle: a case of another Holdfast, or resources of another program",
        (
            (("bundle",), {"type": Path, "metavar": "BUNDLE.json"}),
            (("--training",), {"action": "store_true", "help": "a foreign Bundle opens a training case"}),
        ),
    ),
    (
        "codes",
        "load_codes",
        "load a code system that the clinic may use (VeNom as CSV, SNOMED CT as RF2)",
        (
            (("file",), {"type": Path, "metavar": "FILE"}),
            (("--name",), {"required": True, "help": "venom, snomed, or a name of your own"}),
            (("--system",), {"default": "", "metavar": "URI"}),
            (("--version",), {"default": "", "dest": "version"}),
        ),
    ),
    (
        "machine",
        "add_machine",
        "give another program a token",
        (
            (("name",), {"metavar": "NAME", "help": "as people know it: 'Practice system'"}),
            (("--scope",), {"action": "append", "required": True, "metavar": "system/KIND.crs"}),
        ),
    ),
    (
        "close",
        "close_machine",
        "end the token of a program",
        (
            (("name",), {"metavar": "NAME"}),
            (("--reason",), {"default": "no longer needed", "help": "why it may not ask any more"}),
        ),
    ),
    ("machines", "list_machines", "list the programs that have a token", ()),
)
