"""The ``holdfast`` command. Every subcommand exits 0 on success, else prints one line and exits non-zero."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast import __version__
from holdfast.cli import fhir_arguments, homes, operations, reanalyse
from holdfast.cli.evidence_commands import add_evidence_commands
from holdfast.cli.homes import add_place as _add_data
from holdfast.cli.operations import add_running_options, set_up_logs
from holdfast.cli.parsing import EXIT_BROKEN_RECORD, print_json
from holdfast.cli.parsing import add_command as _add
from holdfast.cli.scorecard_commands import add_scorecards
from holdfast.config import Config, caches, default_data_dir, keep_machine_code
from holdfast.kernel.errors import HoldfastError, IntegrityError, OperatorError

EXIT_PROBLEM = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the return value is the exit status."""
    options = _parser().parse_args(arguments)
    keep_machine_code()
    set_up_logs(verbose=options.verbose, as_json=getattr(options, "log_json", False))
    try:
        return int(options.run(options) or 0)
    except IntegrityError as error:
        print(f"holdfast: {error}", file=sys.stderr)
        return EXIT_BROKEN_RECORD
    except HoldfastError as error:
        print(f"holdfast: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away (``| head``): not an error, but Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last net: a person never sees a traceback
        if options.verbose:
            raise
        kind = type(error).__name__
        print(f"holdfast: something we did not foresee ({kind}: {error}). Run with --verbose.", file=sys.stderr)
    return EXIT_PROBLEM


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="holdfast", description="The second look for critically ill dogs.")
    parser.add_argument("--version", action="version", version=f"holdfast {__version__}")
    parser.add_argument("--verbose", action="store_true", help="log more, and show tracebacks")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = _add(commands, "serve", _serve, "listen to monitors and serve the pages")
    _add_addresses(serve)
    demo = _add(commands, "demo", _demo, "a simulated ward: Rex's last hour, Leo's rally")
    _add_addresses(demo)
    demo.add_argument(
        "--scenario", action="append", metavar="NAME", help="play only this dog (may be repeated); arrest is a drill"
    )
    demo.add_argument("--film", type=Path, metavar="PATH", help="a real film to come when Rex's chest is asked for")

    ingest = _add(commands, "ingest", _ingest, "read HL7 message files and say what would be charted")
    ingest.add_argument("files", nargs="+", type=Path, metavar="FILE")
    ingest.add_argument("--json", action="store_true")
    _add_offset(ingest)

    replay = _add(commands, "replay", _replay, "play a WFDB record or monitor CSV onto a bed of a running Holdfast")
    replay.add_argument("record", type=Path, metavar="RECORD")
    replay.add_argument("--case", required=True, help="case id or the animal's name")
    replay.add_argument("--speed", type=float, default=1.0, help="1 is real time (default)")
    _add_data(replay)
    replay.add_argument("--hl7", default="127.0.0.1:2575", metavar="HOST:PORT", help="listener to send to")

    verify = _add(commands, "verify", _verify, "check the whole record and name the first broken link")
    _add_data(verify)
    verify.add_argument("--renew-indices", action="store_true", help="first make every index anew from its rows")
    verify.add_argument("--json", action="store_true")

    homes.add_to(commands)
    reanalyse.add_to(commands)
    add_evidence_commands(commands)
    _add_fhir(commands)
    doctor = _add(commands, "doctor", _doctor, "look at disk, clock, ports, keys and record, and say what to do")
    _add_addresses(doctor)
    operations.add_doctor_options(doctor)
    retention = _add(commands, "retention", operations.run_retention, "remove pictures of old cases; hold a case")
    _add_data(retention)
    operations.add_retention_options(retention)

    add_scorecards(commands)
    knowledge = _add(commands, "knowledge", _knowledge, "look after the knowledge release")
    knowledge.add_argument("action", choices=["check"])
    knowledge.add_argument("--json", action="store_true")
    return parser


def _add_offset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--utc-offset-min", type=int, default=0, metavar="MIN", help="zone of device times that come without one"
    )


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_offset(parser)
    parser.add_argument("--http-host", default="127.0.0.1", metavar="ADDRESS", help="where the pages listen")
    parser.add_argument("--http-port", type=_port, default=8080)
    parser.add_argument("--hl7-host", default="127.0.0.1", metavar="ADDRESS", help="where monitors are heard")
    parser.add_argument("--hl7-port", type=_port, default=2575)
    parser.add_argument("--dicom-host", default="127.0.0.1", metavar="ADDRESS", help="where imaging units are heard")
    parser.add_argument("--dicom-port", type=_port, default=11112)
    parser.add_argument(
        "--dicom-peer",
        action="append",
        default=[],
        metavar="AETITLE@ADDRESS[:PORT]",
        help="an imaging unit that may send and ask (may be repeated); without any, only this machine may",
    )
    parser.add_argument("--alarms-to", default="", metavar="HOST:PORT", help="send our alarms there (IHE PCD-04)")
    parser.add_argument(
        "--hl7-peer",
        action="append",
        default=[],
        metavar="ADDRESS[/BITS]",
        help="a monitor or gateway that may send (may be repeated); without any, only this machine may",
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate (PEM): serve the pages over TLS")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key (PEM)")
    parser.add_argument("--tls-clients", type=Path, metavar="FILE", help="authorities that sign monitors' certificates")
    parser.add_argument("--hl7-tls", action="store_true", help="monitors speak TLS")
    parser.add_argument("--dicom-tls", action="store_true", help="imaging units speak TLS")
    parser.add_argument(
        "--second-factor",
        action="append",
        default=[],
        metavar="ROLE",
        help="a role that signs in with a code as well (may be repeated)",
    )
    add_running_options(parser)
    parser.add_argument("--secure-cookies", action="store_true", help="when TLS ends in front of Holdfast")


def _port(text: str) -> int:
    if not (text.isdigit() and 0 < int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: use 1 to 65535")
    return int(text)


def _add_fhir(commands: Any) -> None:
    fhir = commands.add_parser("fhir", help="exchange cases and codes with other programs (FHIR R4)")
    fhir_arguments.add_to(fhir.add_subparsers(required=True, metavar="ACTION"), _add_data)


def _config(options: argparse.Namespace, data_dir: Path | None = None) -> Config:
    if len({options.http_port, options.hl7_port, options.dicom_port}) < 3:
        raise OperatorError("Pages, monitors and imaging units cannot share a port.", "Give each its own.")
    return Config(
        data_dir=data_dir or options.data or default_data_dir(),
        # A demonstration goes to a server only when it was told so by name: never into a real record.
        postgres=homes.postgres_of(options) if data_dir is None else homes.named(options),
        http_host=options.http_host,
        http_port=options.http_port,
        hl7_host=options.hl7_host,
        hl7_port=options.hl7_port,
        dicom_host=options.dicom_host,
        dicom_port=options.dicom_port,
        dicom_peers=tuple(options.dicom_peer),
        utc_offset_min=options.utc_offset_min,
        alarms_to=options.alarms_to,
        secure_cookies=options.secure_cookies,
        plain_http=options.plain_http,
        hl7_peers=tuple(options.hl7_peer),
        tls_certificate=options.tls_cert,
        tls_key=options.tls_key,
        tls_clients=options.tls_clients,
        hl7_tls=options.hl7_tls,
        dicom_tls=options.dicom_tls,
        second_factor_roles=tuple(options.second_factor),
        metrics_token_file=options.metrics_token_file,
    )


# Each subcommand imports what it needs when it runs: ``holdfast ingest`` should not wait for scipy.


def _serve(options: argparse.Namespace) -> None:
    # Nothing that a start makes is garbage; looking for some among a year's cases would double its time.
    # ``running.run`` lets it be collected again.
    gc.disable()
    from holdfast.bootstrap.running import serve
    from holdfast.knowledge.loader import keep_documents_in

    keep_documents_in(caches() / "knowledge")
    serve(_config(options))


def _demo(options: argparse.Namespace) -> None:
    from holdfast.cli.demo import chosen, demo, fresh_demo_dir

    names = chosen(options.scenario or [])
    demo(_config(options, options.data or fresh_demo_dir()), names, options.film)


def _ingest(options: argparse.Namespace) -> int:
    from holdfast.cli import ingest

    reports = ingest.run(options.files, default_offset_min=options.utc_offset_min)
    if options.json:
        print_json(reports)
    else:
        for report in reports:
            print("\n".join(ingest.in_words(report)))
    return EXIT_PROBLEM if any(report["problem"] for report in reports) else 0


def _replay(options: argparse.Namespace) -> None:
    from holdfast.cli.replay import replay

    host, _, port = options.hl7.rpartition(":")
    if not host or not port.isdigit():
        raise OperatorError(f"{options.hl7!r} is not an address.", "Write it as HOST:PORT, e.g. 127.0.0.1:2575.")
    replay(
        homes.config_of(options),
        record=options.record,
        case=options.case,
        speed=options.speed,
        host=host,
        port=int(port),
    )


def _verify(options: argparse.Namespace) -> int:
    from holdfast.cli.verify import verify

    return verify(homes.config_of(options), as_json=options.json, renew_indices=options.renew_indices)


def _doctor(options: argparse.Namespace) -> int:
    from holdfast.cli.doctor import doctor

    return doctor(
        _config(options),
        whole=options.whole,
        certificate=options.certificate,
        certificate_name=options.certificate_name,
        as_json=options.json,
    )


def _knowledge(options: argparse.Namespace) -> int:
    from holdfast.cli.knowledge import check

    return check(as_json=options.json)
