#!/usr/bin/env python3
"""Check a report of Holdfast, with `verify_holdfast.py` beside this file.

    python verify_report.py REPORT.pdf --key LINE_OR_FILE [--signature FILE]

--key: the key that the clinic handed you another way; an older one will do, when the signature file says how the newer
ones follow on it. --signature: REPORT.pdf.sig unless said otherwise.
Ends with 0 when the clinic signed this very file, else with 1.
"""

import argparse
import base64
import contextlib
from pathlib import Path

from verify_holdfast import DAMAGED, opened, read_key, sha

FOLLOWS = "key-change "


def verify(report, note, trusted):
    """(problem or empty, what the signature says) of a report's bytes and the signed note about it."""
    try:
        name, key = read_key(trusted)
        title, form, *says, digest = opened(note, f"{name}/report", keys_after(note, name, key))
    except DAMAGED as error:
        return str(error) or "the signature does not hold", []
    if (title, form) != (f"{name}/report", "holdfast report 1"):
        return "the signature is of something else", []
    if digest != f"sha256 {sha(report).hex()}":
        return "the bytes of the report are not those that were signed", []
    return "", [f"Signed by {name}.", *(line for line in says if not line.startswith(FOLLOWS)), digest]


def keys_after(note, name, key):
    """The key, and those that it, or one after it, named as the next. Each such line proves itself: it is a note that
    an earlier key signed."""
    keys = [key]
    for line in note.decode().split("\n"):
        with contextlib.suppress(*DAMAGED):
            if line.startswith(FOLLOWS):
                change = base64.b64decode(line.removeprefix(FOLLOWS), validate=True)
                keys.append(read_key(opened(change, f"{name}/key", keys)[1])[1])
    return keys


def main():
    parser = argparse.ArgumentParser(description="Check a report of Holdfast.")
    parser.add_argument("report", type=Path)
    parser.add_argument("--key", required=True, help="the clinic's public key, or a file with it")
    parser.add_argument("--signature", type=Path, help="the signature file of the report")
    options = parser.parse_args()
    key = Path(options.key).read_text() if Path(options.key).is_file() else options.key
    beside = options.signature or options.report.with_name(f"{options.report.name}.sig")
    problem, said = verify(options.report.read_bytes(), beside.read_bytes(), key.strip())
    print("\n".join(said))
    print(f"PROBLEM {problem}\nNOT AS IT WAS SIGNED" if problem else "Everything holds.")
    return 1 if problem else 0


if __name__ == "__main__":
    raise SystemExit(main())
