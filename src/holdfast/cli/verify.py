"""``holdfast verify``: does the record still agree with itself?"""

import json
from dataclasses import asdict

from holdfast.bootstrap.house import open_record
from holdfast.config import Config
from holdfast.storage.film_files import FilmFiles
from holdfast.usecases.verification import verify as verify_store

EXIT_BROKEN = 3


def verify(config: Config, *, as_json: bool, renew_indices: bool = False) -> int:
    """Print what was checked; 0 when everything holds, 3 when something does not."""
    store = open_record(config)
    try:
        if renew_indices:
            store.renew_copies()
        report = verify_store(store, FilmFiles(config.films))
    finally:
        store.close()
    if as_json:
        print(json.dumps(asdict(report) | {"ok": report.ok}))
    else:
        print("\n".join(report.in_words()))
    return 0 if report.ok else EXIT_BROKEN
