"""The log: plain lines, or one JSON object for each event. Secrets are taken out of both."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from holdfast.web.request_id import REQUEST_ID

HIDDEN = "[hidden]"
_SECRETS = (
    (re.compile(r"(?i)((?:[?&; ]|^)(?:token|password|secret|csrf|session|key|signature)=)[^&\s\"']+"), r"\1" + HIDDEN),
    (re.compile(r"(?i)(authorization|cookie|x-csrf-token)(['\"]?\s*[:=]\s*['\"]?)[^\r\n'\"]+"), r"\1\2" + HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic) [A-Za-z0-9._~+/=-]{6,}"), r"\1 " + HIDDEN),
    (re.compile(r"(holdfast_session=)[^;\s]+"), r"\1" + HIDDEN),
    # Links whose secret stands behind the #, and those of earlier releases, which had it in the path.
    (re.compile(r"(/(?:c|h|consult|setup)#|/[ch]/)[^\s/?\"']{8,}"), r"\1" + HIDDEN),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@"), r"\1" + HIDDEN + "@"),
)
_OWN = frozenset({"route", "status", "ms", "bed", "device", "part", "peer"})
"""What code may add to a line with ``extra``; nothing else gets into it."""


def without_secrets(text: str) -> str:
    """The text with whatever looks like a secret taken out."""
    for pattern, put in _SECRETS:
        text = pattern.sub(put, text)
    return text


class PlainLines(logging.Formatter):
    """``MOMENT WARNING what happened``, the moment in UTC; the id of the request where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = REQUEST_ID.get()
        level = f"{record.levelname} [{request_id}]" if request_id else record.levelname
        head = f"{_moment(record)} {level} "
        return without_secrets(head + super().format(record))


class JsonLines(logging.Formatter):
    """One object for each event, on one line: ``at, level, logger, says`` and, where they are known, ``request`` and
    the fields of ``extra``; ``facts`` of what happened at the door; ``trace`` of an error nobody foresaw."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": without_secrets(record.getMessage()),
        }
        if request_id := REQUEST_ID.get():
            line["request"] = request_id
        for name in sorted(_OWN & record.__dict__.keys()):
            value = record.__dict__[name]
            line[name] = value if isinstance(value, int | float) else without_secrets(str(value))
        if isinstance(facts := getattr(record, "facts", None), dict):
            line["says"] = record.__dict__["happened"]
            line["facts"] = {name: without_secrets(value) for name, value in facts.items()}
        if record.exc_info:
            line["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def set_up_logs(*, verbose: bool, as_json: bool) -> None:
    """Everything that is logged in this process goes to stderr in one of the two forms."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else PlainLines())
    level = logging.INFO if verbose or as_json else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler])
    # Libraries that talk at INFO tell of nothing that whoever runs this can act on.
    for noisy in ("pynetdicom", "asyncio", "numba", "websockets"):
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.WARNING)
