"""Mutation fuzz of the HL7 reader: no exception escapes, and no OBX with a value disappears.

    python benchmarks/hl7_fuzz.py --messages 50000 --corpus DIR --json

The corpus is every ``*.hl7`` file of the directory (default: ``$HOLDFAST_DATA/interop/hl7``) and a few
messages built in.
"""

import argparse
import json
import os
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from holdfast.gateways.hl7.er7 import parse
from holdfast.gateways.hl7.framing import FrameDecoder, encode_frame
from holdfast.gateways.hl7.reading import Reading, read_message
from holdfast.gateways.hl7.rows import read_row
from holdfast.kernel.errors import SenderError

NOW_US = 1_790_000_000_000_000
BUILT_IN = (
    b"MSH|^~\\&|||||||ORU^R01|204|P|2.3.1|\rOBX||NM|101^HR|2101|60||||||F\rOBX||NM|105^ST-I|2101|-100.00||||||F\r",
    b"MSH|^~\\&|||||||ORU^R01|A1|T|2.5||||||8859/1\rOBX||NM|0002-4182^HR^MDIL|0|80|0004-0aa0^bpm^MDIL|50-120||||F\r"
    b"OBX||TX|5^HardInop^MDIL-ALERT||SpO2  No Pulse||||||F\r",
    b"MSH|^~\\&|A|B|||20240101120000||ORU^W01|7|P|2.6\rOBR|1||1|W^WAVEFORM|||20240101120000|20240101120001\r"
    b"OBX|1|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1|" + b"^".join(b"%d" % (i % 90) for i in range(500)) +
    b"|266418^MDC_DIM_MILLI_VOLT^MDC\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1|500\r",
)  # fmt: skip
TOKENS = (
    b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x0b", b"\x1c", b"MSH|", b"OBX|", b"OBX|1|NM|", b"OBX|1|NA|1^2^3",
    b"-999", b"8388607", b"NaN", b"inf", b"1e999", b"-1", b"DEMO", b'""', b"\xff\xfe", b"\xef\xbb\xbf", b"\\X0D\\",
    b"\\F\\", b"9" * 400, b"^" * 300, b"150456^MDC_PULS_OXIM_SAT_O2^MDC", b"19000101", b"@100", b"\xe2\x82\x82",
)  # fmt: skip


def mutate(message: bytes, rng: random.Random) -> bytes:
    data = bytearray(message)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        act = rng.randrange(8)
        at = rng.randrange(len(data) + 1)
        stop = min(len(data), at + rng.choice((1, 1, 2, 8, 40, 400)))
        if act == 0:
            del data[at:stop]
        elif act == 1:
            data[at:at] = rng.choice(TOKENS)
        elif act == 2:
            data[at:at] = data[at:stop]
        elif act == 3 and data:
            data[at % len(data)] = rng.randrange(256)
        elif act == 4:
            data[at:stop] = rng.choice(TOKENS)
        elif act == 5:
            lines = bytes(data).split(b"\r")
            rng.shuffle(lines)
            data = bytearray(b"\r".join(lines))
        elif act == 6:
            fields = bytes(data).split(b"|")
            fields[rng.randrange(len(fields))] = rng.choice(TOKENS)
            data = bytearray(b"|".join(fields))
        else:
            data = data[:at]
    return bytes(data)


def unaccounted(raw: bytes, reading: Reading) -> list[str]:
    """OBX rows with a value of an observation message that are neither charted, refused, waved, alerted nor noted."""
    if reading.problem or not reading.kind.startswith("ORU") or reading.message is None:
        return []
    message = reading.message
    rows = Counter(
        segment.raw for segment in parse(raw).segments if segment.name == "OBX" and read_row(segment, 0).plain_value
    )
    kept = Counter(refusal.segment for refusal in message.refused) + Counter(reading.notes)
    missing = rows - kept
    # An inoperative waveform is both a wave and a refusal: it must not pay for another row.
    seen = len(message.numerics) + len(message.alerts) + sum(not wave.inoperative for wave in message.waves)
    return list(missing.elements()) if missing.total() > seen else []


def corpus(directory: Path | None) -> list[bytes]:
    files = sorted(directory.glob("*.hl7")) if directory and directory.is_dir() else []
    return [*BUILT_IN, *(file.read_bytes() for file in files)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("HOLDFAST_DATA")
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=Path(default, "interop", "hl7") if default else None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    seeds = corpus(options.corpus)
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    began_s = time.perf_counter()
    for _ in range(options.messages):
        raw = mutate(rng.choice(seeds), rng)
        try:
            reading = read_message(raw, received_us=NOW_US)
            decoder = FrameDecoder(limit=4096)
            cut = rng.randrange(len(raw) + 1)
            decoder.feed(encode_frame(raw[:cut]))
            decoder.feed(raw[cut:])
            decoder.eof()
            lost = unaccounted(raw, reading)
        except SenderError as error:
            failures.append(f"SenderError escaped: {error}")
            continue
        except Exception:
            failures.append(traceback.format_exc(limit=-3) + repr(raw[:300]))
            continue
        outcomes["problem" if reading.problem else "query" if reading.query else "read"] += 1
        if reading.message:
            outcomes["charted"] += len(reading.message.numerics)
            outcomes["waves"] += len(reading.message.waves)
            outcomes["refused"] += len(reading.message.refused)
            outcomes["alerts"] += len(reading.message.alerts)
        if lost:
            failures.append(f"lost {lost[0]!r} of {raw[:300]!r}")
    elapsed_s = time.perf_counter() - began_s
    result = {
        "messages": options.messages,
        "seed": options.seed,
        "corpus": len(seeds),
        "seconds": round(elapsed_s, 1),
        "outcomes": dict(outcomes),
        "failures": len(failures),
        "examples": failures[:5],
    }
    sys.stdout.write(json.dumps(result, indent=None if options.json else 2) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
