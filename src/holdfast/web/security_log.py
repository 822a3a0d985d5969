"""What happens at the door, one line each, in the log ``holdfast.security``: it speaks whatever else is quiet.

A line names what happened, the account where it is known, and the address. Never a password, a code, a token, nor a
login that belongs to nobody: people type passwords into the wrong field. Values are written as JSON strings, so that
nothing sent from outside can begin a line of its own; a log of objects has each fact as a field.
"""

import json
import logging

log = logging.getLogger("holdfast.security")
log.setLevel(logging.INFO)

_VALUE_MAX = 200


def said(what: str, **facts: str) -> None:
    """One line: ``what`` and the facts that are not empty."""
    kept = {key: value[:_VALUE_MAX] for key, value in facts.items() if value}
    words = (what, *(f"{key}={json.dumps(value)}" for key, value in kept.items()))
    log.info("%s", " ".join(words), extra={"happened": what, "facts": kept})
