"""Makes ``leaked_passwords.bin`` of a list with the commonest first: ``python tools/leaked_passwords.py LIST``.

LIST has one password on each line, as ``10-million-password-list-top-1000000.txt`` of SecLists.
"""

import sys
from pathlib import Path

from holdfast.knowledge.leaked_passwords import SHORTEST, prefix_of

KEPT = 50_000
FILE = Path(__file__).parents[1] / "src" / "holdfast" / "knowledge" / "leaked_passwords.bin"


def packed(lines: list[str], kept: int = KEPT) -> bytes:
    """The prefixes of the first ``kept`` that are long enough, in order."""
    common = dict.fromkeys(line.casefold() for line in lines if len(line) >= SHORTEST)
    return b"".join(sorted({prefix_of(one) for one in list(common)[:kept]}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FILE.write_bytes(packed(Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines()))
    print(f"{FILE}: {FILE.stat().st_size} bytes")
