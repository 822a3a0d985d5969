"""``holdfast fhir``: a case out and in as a Bundle, code systems of the clinic's own, accounts for other programs."""

import argparse
import hashlib
from pathlib import Path

import msgspec

from holdfast.bootstrap.exchange import open_exchange
from holdfast.cli.homes import config_of
from holdfast.gateways.fhir import carrying, terminology
from holdfast.gateways.fhir.bundles import is_ours
from holdfast.gateways.fhir.foreign import take_foreign
from holdfast.kernel.errors import OperatorError, SenderError, WorldError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.usecases import machines

BUNDLE_BYTES_MAX = 1024 * 1024 * 1024
"""Read whole: a night with three waves has some tens of megabytes."""
_SYSTEMS = {"venom": "urn:holdfast:venom", "snomed": "http://snomed.info/sct"}


def run_export(options: argparse.Namespace) -> None:
    with open_exchange(config_of(options)) as house:
        case_id = carrying.require_case(house.ctx, options.case)
        content = carrying.export_case(house.ctx, house.desk, house.films, case_id)
        held = len(house.ctx.store.held(case_id))
    data = msgspec.json.encode(content)
    _write(options.out, data)
    print(
        f"{options.out}: case {case_id}, {len(content['entry'])} resources, SHA-256 {hashlib.sha256(data).hexdigest()}"
    )
    if held:
        print(f"{held} monitor messages of the last seconds are not on record yet, and not in it.")


def run_import(options: argparse.Namespace) -> None:
    data = _read(options.bundle, BUNDLE_BYTES_MAX)
    try:
        content = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SenderError(f"{options.bundle} is not JSON: {error}.", "Give a FHIR Bundle.") from error
    with open_exchange(config_of(options), new=True) as house:
        if not is_ours(content):
            for line in take_foreign(house.ctx, house.desk.codings, content, data, training=options.training):
                print(line)
            return
        sha256 = hashlib.sha256(data).hexdigest()
        taken = carrying.import_case(house.ctx, house.desk, house.films, content, sha256)
    print(
        f"Case {taken.case_id}: {taken.events} events, {taken.blocks} monitor blocks and {taken.films} pictures taken "
        "over, each as it was."
    )
    if taken.differing:
        print(
            f"{len(taken.differing)} resources of the Bundle say something else than its events; the events were "
            f"taken, the resources lie in the quarantine: {', '.join(taken.differing[:5])}"
        )


def load_codes(options: argparse.Namespace) -> None:
    knowledge = load_knowledge()
    name = options.name
    system = options.system or _SYSTEMS.get(name, "")
    if not system or not name.isidentifier():
        raise OperatorError("The code system has no address.", "Give --system URI, and a plain --name.")
    if options.file.name.startswith("sct2_Description"):
        try:
            with options.file.open(encoding="utf-8", newline="") as lines:
                loaded = terminology.load_rf2(lines, options.version, knowledge)
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"{options.file} cannot be read: {error}.", "Name the description file.") from error
    else:
        text = _read(options.file, terminology.FILE_BYTES_MAX).decode("utf-8", errors="replace")
        loaded = terminology.load_csv(text, system, options.version, knowledge)
    target = terminology.keep(config_of(options).data_dir, name, loaded.system)
    print(f"{target}: {len(loaded.system.codes)} codes for things of ours.")
    print(f"{loaded.unmatched} of {loaded.rows} rows name nothing of ours.")
    if loaded.ambiguous:
        print(f"Claimed by two codes, so not taken: {', '.join(loaded.ambiguous[:10])}")
    print("A running Holdfast reads it at its next start.")


def add_machine(options: argparse.Namespace) -> None:
    with open_exchange(config_of(options)) as house:
        machine, token = machines.add(house.ctx, house.machines, name=options.name, scopes=options.scope)
    print(f"{machine.name} may: {' '.join(machine.scopes)}")
    print(f"Its token, shown only now: {token}")


def close_machine(options: argparse.Namespace) -> None:
    with open_exchange(config_of(options)) as house:
        machine = machines.close(house.ctx, house.machines, name=options.name, reason=options.reason)
    print(f"The token of {machine.name} opens nothing any more.")


def list_machines(options: argparse.Namespace) -> None:
    with open_exchange(config_of(options)) as house:
        found = house.machines.all()
    for one in found:
        print(f"{one.name}\t{'closed' if one.closed else 'open'}\t{' '.join(one.scopes)}")
    if not found:
        print("No machine account.")


def _read(file: Path, bytes_max: int) -> bytes:
    try:
        if file.stat().st_size > bytes_max:
            raise SenderError(f"{file} is larger than {bytes_max // 1024 // 1024} MB.", "Give a smaller file.")
        return file.read_bytes()
    except OSError as error:
        raise WorldError(f"{file} cannot be read: {error.strerror}.", "Name the file.") from error


def _write(file: Path, data: bytes) -> None:
    try:
        with file.open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise OperatorError(f"{file} is there already.", "Name a new file.") from None
    except OSError as error:
        raise WorldError(f"{file} cannot be written: {error.strerror}.", "Choose another place.") from error
