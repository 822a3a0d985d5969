"""Text of a header in the character set that the header names (DICOM PS3.3 C.12.1.1.2)."""

_CODECS = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO 2022 IR 159": "iso2022_jp_2",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 58": "iso2022_jp_2",
}


def codec_of(character_set: str) -> str:
    """The codec for a Specific Character Set value; ``ascii`` for one that we do not know.

    Of several, the last that is known: the first is only the one before the first escape sequence.
    """
    named = [part.strip() for part in character_set.split("\\")]
    known = [codec for one in named if (codec := _CODECS.get(one) or _CODECS.get(one.replace("ISO 2022 IR", "ISO_IR")))]
    return known[-1] if known else "ascii"


def decoded(value: bytes, codec: str) -> str:
    """The text without padding. Bytes that the codec cannot read are tried as UTF-8, which is hard to mistake, and
    become marks where even that fails; control characters are left out."""
    value = value.rstrip(b"\0 ")
    try:
        text = value.decode(codec)
    except (UnicodeDecodeError, LookupError):
        text = value.decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable()).strip()
