"""Every bound in one place, each with its reason. A limit that is reached is said, never silent."""

MESSAGE_BYTES_MAX = 4 * 1024 * 1024
"""One HL7 message. One second of 12 leads at 1 kHz as text is about 100 kB; forty times that is not a monitor."""

SEGMENTS_MAX = 5_000
"""Segments in one message; the largest seen in practice holds a few dozen."""

SAMPLES_PER_MESSAGE_MAX = 200_000
"""Samples of one waveform row: 200 s at 1 kHz, far beyond any monitor's batch."""

UNFRAMED_IDLE_S = 2.0
"""Some senders never frame: bytes that begin with MSH and then fall silent this long are one message."""

CONNECTION_IDLE_S = 300.0
"""A silent connection is closed after this; monitors reconnect by themselves."""

CONNECTIONS_MAX = 256
"""Simultaneous monitor connections."""

QUARANTINE_BYTES_MAX = 256 * 1024 * 1024
"""All quarantined raw bytes. Above it new trash is answered AR (not acknowledged, so the sender keeps it)."""

COMMIT_QUEUE_MAX = 4_096
"""Commands waiting for the writer; beyond it callers wait, which pushes back on the network."""

COMMIT_BATCH_MAX = 256
"""Commands in one group commit: bounds the latency of the first one in it."""

MONITOR_BLOCK_S = 10
"""Length of a monitor block: long enough to compress, short enough to lose nothing from view."""

CLOCK_BACK_TOLERANCE_S = 2.0
"""A device clock that steps back by more than this is said; network reordering stays below it."""

CLOCK_AHEAD_TOLERANCE_S = 120.0
"""A device time further ahead of our clock than this is not believed: it could make an old value look fresh."""

SOCKET_QUEUE_MAX = 16
"""Live frames waiting for one slow browser; older ones are dropped and the browser asks for a fresh state."""

FORM_BYTES_MAX = 256 * 1024
"""A posted form."""

TEXT_MAX = 4_000
"""Characters in one free-text field of the record."""

COMMAND_WITHOUT_EVENT_KEPT_S = 6 * 3600
"""Ids of commands that recorded no event (monitor messages) are forgotten after this. A monitor repeats an
unanswered message within minutes; keeping every id for ever would outgrow the record itself."""

DATABASE_BUSY_S = 10.0
"""How long to wait for another program (the command line beside the server) that is writing to the database."""

READ_CONNECTIONS_MAX = 8
"""Read connections kept open to the database; a reader beyond them waits for one."""

PROBLEMS_LISTED_MAX = 21
"""Broken links a verification spells out: the first, and twenty more. The rest are counted."""

BLOCK_BYTES_MAX = 64 * 1024 * 1024
"""One monitor block when unpacked: 10 s of 64 leads at 10 kHz is 26 MB."""
