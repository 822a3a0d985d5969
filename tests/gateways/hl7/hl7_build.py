"""Small messages for the tests: a header and the rows that matter."""

from holdfast.gateways.hl7.reading import Reading, read_message

RECEIVED_US = 1_770_000_000_000_000
HEADER = "MSH|^~\\&|BEDSIDE^00AA11BB22CC33DD^EUI-64||||20260214093000+0100||ORU^R01^ORU_R01|C1|P|2.6|||AL|NE"
OBR = "OBR|1|||VITALS|||20260214092900+0100"


def hl7(*rows: str, header: str = HEADER) -> bytes:
    return "".join(row + "\r" for row in (header, *rows)).encode()


def read(*rows: str, header: str = HEADER) -> Reading:
    return read_message(hl7(*rows, header=header), received_us=RECEIVED_US)


def charted(*rows: str, header: str = HEADER) -> list[tuple[str, str, float, str]]:
    """(key, code, value, unit) of every charted value."""
    message = read(*rows, header=header).message
    assert message is not None
    return [(numeric.key, numeric.code, numeric.value, numeric.unit) for numeric in message.numerics]


def reasons(*rows: str, header: str = HEADER) -> list[tuple[str, str]]:
    """(key, reason) of every refused row; nothing else may have been charted."""
    message = read(*rows, header=header).message
    assert message is not None
    assert message.numerics == ()
    return [(refusal.key, refusal.reason) for refusal in message.refused]


BPM = "264864^MDC_DIM_BEAT_PER_MIN^MDC"


def hr(value: str, **fields: str) -> str:
    """One heart rate row; fields by number, e.g. ``f8="DEMO"``."""
    row = ["OBX", "1", "NM", "147842^MDC_ECG_HEART_RATE^MDC", "1.7.4.1", value, BPM] + [""] * 12
    for name, text in fields.items():
        row[int(name[1:])] = text
    return "|".join(row)
