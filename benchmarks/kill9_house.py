"""Whole servers for ``kill9.py``, each a fork of one process that has read the modules and the machine code.

A start of the interpreter costs seconds of imports and no risk; what is killed here is everything after it: the record
opened, the listeners, the analysis, the pages. One line in (JSON: data folder and three ports), one line out (its pid).
"""

import functools
import json
import os
import signal
import sys
import traceback
from pathlib import Path

from holdfast.config import Config, keep_machine_code

keep_machine_code()  # before anything that holds compiled loops is read

from holdfast.bootstrap import house, running  # noqa: E402
from holdfast.signals.warm_up import warm_up  # noqa: E402


def serve_and_never_return(order: dict[str, object]) -> None:
    data = Path(str(order["data"]))
    log = os.open(data / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, taken in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
        os.dup2(descriptor, taken)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        running.serve(
            Config(
                data_dir=data,
                http_port=int(str(order["http"])),
                hl7_port=int(str(order["hl7"])),
                dicom_port=int(str(order["dicom"])),
            )
        )
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    warm_up()
    house.load_knowledge = functools.cache(house.load_knowledge)
    house.load_knowledge()
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            serve_and_never_return(json.loads(line))
        print(pid, flush=True)


if __name__ == "__main__":
    main()
