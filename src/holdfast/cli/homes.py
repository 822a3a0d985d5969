"""Where the record lives: the options that say it, and ``holdfast migrate``, ``backup`` and ``restore``."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdfast.cli.parsing import EXIT_BROKEN_RECORD, add_command
from holdfast.config import DATABASE_FILE, Config, default_data_dir, default_postgres
from holdfast.kernel.errors import OperatorError

FILE = "file"


def add_place(parser: argparse.ArgumentParser) -> None:
    """Options that every command has which opens a record."""
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of the record")
    parser.add_argument(
        "--database",
        default=None,
        metavar="URL",
        help="PostgreSQL database that holds the record (postgresql://USER@HOST/NAME; default $HOLDFAST_DATABASE); "
        f"'{FILE}': the file in the folder",
    )


def named(options: argparse.Namespace) -> str:
    """The address that was given by hand; empty for the file."""
    return "" if options.database in (None, FILE) else str(options.database)


def postgres_of(options: argparse.Namespace) -> str:
    """The address that holds; empty for the file."""
    return default_postgres() if options.database is None else named(options)


def config_of(options: argparse.Namespace) -> Config:
    """Which record is meant."""
    return Config(data_dir=options.data or default_data_dir(), postgres=postgres_of(options))


def add_to(commands: Any) -> None:
    """The commands of this module."""
    migrate = _command(commands, "migrate", _migrate, "copy the record into another home and compare both")
    migrate.add_argument(
        "--to", required=True, metavar="URL|DIR", help="an empty PostgreSQL database, or a folder without a record"
    )
    backup = _command(commands, "backup", _backup, "write a checked backup while Holdfast works")
    backup.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder; an earlier backup is renewed")
    restore = _command(commands, "restore", _restore, "put a backup where there is no record")
    restore.add_argument("backup", type=Path, metavar="BACKUP", help="folder that holdfast backup wrote")


def _command(commands: Any, name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
    parser = add_command(commands, name, run, text)
    add_place(parser)
    return parser


def _migrate(options: argparse.Namespace) -> int:
    from holdfast.bootstrap.house import demand_record
    from holdfast.storage.database import in_short
    from holdfast.storage.moving import move

    config = config_of(options)
    demand_record(config)
    target: Path | str = options.to
    if "://" not in options.to:
        target = Path(options.to) / DATABASE_FILE
        if not target.parent.is_dir():
            raise OperatorError(f"There is no folder {target.parent}.", "Make it first.")
    moved = move(config.database, target, _tell)
    print("\n".join(f"  {rows:>10} {table}" for table, rows in moved.rows.items()))
    print("\n".join(moved.report.in_words()))
    print(f"Done: the record is in {in_short(target)}. Do not write in the old home any more.")
    if config.films.exists() or isinstance(target, str):
        print(f"Pictures and keys stay where they are, in {config.data_dir}: go on giving it as --data.")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from holdfast.bootstrap.house import demand_record
    from holdfast.storage.backups import back_up

    config = config_of(options)
    demand_record(config)
    report = back_up(config.database, config.data_dir, options.out, _tell)
    print("\n".join(report.in_words()))
    print("The backup holds the key that signs and the addresses of people: keep it as you keep the record.")
    return 0 if report.ok else EXIT_BROKEN_RECORD


def _restore(options: argparse.Namespace) -> int:
    from holdfast.storage.backups import restore

    config = config_of(options)
    report = restore(options.backup, config.data_dir, config.database, _tell)
    print("\n".join(report.in_words()))
    print("Restored. Everybody signs in again.")
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)
