"""Target ``hl7``: bytes of a connection through framing, reader, intake and answer.

A case is what a peer sends before it hangs up, framed or not, cut at random by the network. Faults: an exception; a
byte that no frame holds; an OBX with a value that is neither charted, refused, a wave, an alert nor noted; a message
with content that is neither in the store nor refused in words; an answer that cannot be parsed.
"""

import random
from collections import Counter

from fuzz_bytes import Fault, Target
from holdfast.bootstrap.house import RandomIds
from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge, no_patient
from holdfast.gateways.hl7.er7 import parse
from holdfast.gateways.hl7.framing import FrameDecoder, encode_frame
from holdfast.gateways.hl7.reading import Reading, read_message
from holdfast.gateways.hl7.rows import read_row
from holdfast.knowledge.loader import load
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases import beds, cases
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.ingest import Answer, Incoming, Intake

NOW_US = 1_790_000_000_000_000
FRESH_EVERY = 2_000
"""Messages before the record is begun anew: what is held would only fill the memory."""
_NOISE = bytes(range(0x21)) + b"\x0b\x1c"

SEEDS = (
    b"MSH|^~\\&|||||||ORU^R01|204|P|2.3.1|\rOBX||NM|101^HR|2101|60||||||F\rOBX||NM|105^ST-I|2101|-100.00||||||F\r",
    b"MSH|^~\\&|||||||ORU^R01|A1|T|2.5||||||8859/1\rOBX||NM|0002-4182^HR^MDIL|0|80|0004-0aa0^bpm^MDIL|50-120||||F\r"
    b"OBX||TX|5^HardInop^MDIL-ALERT||SpO2  No Pulse||||||F\r",
    b"MSH|^~\\&|A^00091EFF00000001^EUI-64|B|||20240101120000||ORU^W01|7|P|2.6\r"
    b"OBR|1||1|W^WAVEFORM|||20240101120000|20240101120001\r"
    b"OBX|1|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1|" + b"^".join(b"%d" % (i % 90) for i in range(500)) +
    b"|266418^MDC_DIM_MILLI_VOLT^MDC\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1|500\r",
    b"MSH|^~\\&|HOLDFAST^00091EFF00000001^EUI-64||||20260921120000+0000||ORU^R01^ORU_R01|9|P|2.6|||AL|NE||UNICODE UTF-8"
    b"\rPID|||^^^^PI||^^^^^^U\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.0.1|100|264864^MDC_DIM_BEAT_PER_MIN^MDC\r",
    b"MSH|^~\\&|A||||20240101||QRY^R02|11|P|2.3\rQRD|20240101120000|R|I|1|||||RES\r",
)  # fmt: skip
TOKENS = (
    b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x0b", b"\x1c", b"\x1c\r", b"MSH|", b"OBX|", b"OBX|1|NM|",
    b"OBX|1|NA|1^2^3", b"-999", b"8388607", b"NaN", b"inf", b"1e999", b"-1", b"DEMO", b'""', b"\xff\xfe",
    b"\xef\xbb\xbf", b"\\X0D\\", b"\\F\\", b"9" * 400, b"^" * 300, b"150456^MDC_PULS_OXIM_SAT_O2^MDC", b"19000101",
    b"@100", b"\xe2\x82\x82", b"00091EFF00000001", b"ORU^R40", b"20260921120000",
)  # fmt: skip
_ANSWERS = {Answer.ACCEPTED: Verdict.ACCEPTED, Answer.ERROR: Verdict.ERROR, Answer.REJECTED: Verdict.REJECTED}


class StandingClock:
    def now_us(self) -> int:
        return NOW_US


class Inside:
    """A record with one bed whose monitor is bound, begun anew from time to time."""

    def __init__(self) -> None:
        self._knowledge, self._taken = load(), 0
        self._begin()

    def _begin(self) -> None:
        store = MemoryStore()
        ctx = Context(store, CaseBook(store), StandingClock(), RandomIds(), self._knowledge)
        beds.add_bed(ctx, actor="fuzz", bed="Bed 1")
        for device in ("00091EFF00000001", "unidentified@10.0.0.1"):
            beds.bind_device(ctx, actor="fuzz", device=device, bed="Bed 1")
        cases.admit(ctx, actor="fuzz", admission=cases.Admission(name="Rex", weight_kg=30.0, bed="Bed 1"))
        self.store, self.intake = store, Intake(ctx)

    def take(self, raw: bytes, reading: Reading) -> str:
        self._taken += 1
        if self._taken % FRESH_EVERY == 0:
            self._begin()
        incoming = Incoming(raw, "10.0.0.1:5", NOW_US, reading.message, reading.problem or "", reading.control_id)
        submitted = self.intake.receive(incoming)
        answer = acknowledge(reading, _ANSWERS[submitted.answer], submitted.text, now_us=NOW_US)
        if answer is not None and not parse(answer).segments:
            raise Fault(f"the answer cannot be read: {answer!r}")
        if submitted.receipt is None:
            message = reading.message
            content = message and (message.numerics or message.waves or message.refused or message.alerts)
            if submitted.answer is Answer.ACCEPTED and (content or reading.problem):
                raise Fault("accepted, and nothing was kept")
            if not submitted.text:
                raise Fault("nothing was kept, and nothing is said")
            return "refused" if submitted.answer is not Answer.ACCEPTED else "empty"
        submitted.receipt.result()
        return "held" if submitted.held is not None else "quarantined"


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


def target() -> Target:
    inside = Inside()
    rng = random.Random(3)

    def check(data: bytes) -> str:
        decoder = FrameDecoder()
        cut = rng.randrange(len(data) + 1)
        frames = decoder.feed(data[:cut]) + decoder.feed(data[cut:]) + decoder.eof()
        if b"".join(f.data for f in frames).translate(None, _NOISE) != data.translate(None, _NOISE):
            raise Fault("a byte stands in no frame")
        became = "stray"
        for frame in frames:
            if frame.reason:
                continue
            reading = read_message(frame.data, received_us=NOW_US)
            if lost := unaccounted(frame.data, reading):
                raise Fault(f"lost {lost[0]!r}")
            if reading.query:
                no_patient(reading, now_us=NOW_US)
                became = "query"
            else:
                became = inside.take(frame.data, reading)
        return became

    seeds = [*SEEDS, *map(encode_frame, SEEDS), encode_frame(SEEDS[0]) + SEEDS[1] + encode_frame(SEEDS[3])[:-2]]
    packages = ("holdfast.gateways.hl7", "holdfast.usecases.ingest")
    return Target(seeds, TOKENS, check, packages, separators=(b"\r", b"|", b"^"))
