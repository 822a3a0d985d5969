"""What both stores must do alike and neither may say twice."""

from holdfast.kernel.errors import ConflictError

BLOCK_MARK = b'"kind":"monitor_block_stored.'
"""What the canonical body of an event that names a monitor block holds, and no other body: a quotation mark inside a
text is escaped. The body is what the chain is over, so nothing beside it has to be kept true."""


def acted_in_between() -> ConflictError:
    """Why a change with ``unless_acted_since`` is refused."""
    return ConflictError("Somebody else has acted in between.", "Look again, then send it again.")
