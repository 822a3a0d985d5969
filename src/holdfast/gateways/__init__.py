"""Ways in and out: each a codec without I/O plus a thin reader or server."""
