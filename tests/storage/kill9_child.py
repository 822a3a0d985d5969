"""Writes until it is killed: four threads, each line on standard output is one acknowledged command.

Run as ``python kill9_child.py DATABASE ROUND``.
"""

import sys
import threading
from pathlib import Path

from contract.examples import T0_US, Ids, change, held, note
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.monitor_blocks import build_flush

_say = threading.Lock()


def acknowledge(command_id: str) -> None:
    with _say:
        sys.stdout.write(command_id + "\n")
        sys.stdout.flush()


def write(store: SqlStore, name: str) -> None:
    case = f"case{name}"
    stored = 0
    while True:
        for kind in ("note", "held"):
            stored += 1
            command_id = f"{name}.{stored}.{kind}"
            message = held(stored, case_id=case, control_id=command_id)
            one = change(note(command_id), stream=f"case/{case}", command_id=command_id)
            if kind == "held":
                one = change(held=(message,), command_id=command_id)
            store.submit(one).result()
            acknowledge(command_id)
        waiting = store.held(case)
        if len(waiting) >= 5:
            store.submit(build_flush(case, waiting, new_id=Ids(f"{name}.{stored}."), now_us=T0_US)).result()


def main() -> None:
    place = sys.argv[1]
    store = SqlStore(place if "://" in place else Path(place))
    for number in range(4):
        threading.Thread(target=write, args=(store, f"{sys.argv[2]}.{number}")).start()


main()
