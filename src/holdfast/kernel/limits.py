"""Every bound in one place, each with its reason. A limit that is reached is said, never silent."""

MESSAGE_BYTES_MAX = 4 * 1024 * 1024
"""One HL7 message. One second of 12 leads at 1 kHz as text is about 100 kB; forty times that is not a monitor."""

SEGMENTS_MAX = 5_000
"""Segments in one message; the largest seen in practice holds a few dozen."""

SAMPLES_PER_MESSAGE_MAX = 200_000
"""Samples in all waveform rows of one message: 12 leads at 1 kHz for 16 s, far beyond any monitor's batch."""

SAMPLE_RATE_MIN_HZ = 0.1
"""Slowest sampling that is believed. A rate near nothing would put the end of a row of samples anywhere in time."""

SAMPLE_RATE_MAX_HZ = 10_000.0
"""Fastest sampling that is believed, far above any bedside monitor's."""

EARLIEST_US = 631_152_000_000_000
"""1990-01-01 UTC. An earlier time is an unset field or an unset clock: no monitor spoke HL7 before."""

LATEST_US = 7_258_118_400_000_000
"""2200-01-01 UTC. A later time is no time."""

UNFRAMED_IDLE_S = 2.0
"""Some senders never frame: bytes that begin with MSH and then fall silent this long are one message."""

CONNECTION_IDLE_S = 300.0
"""A silent connection is closed after this; monitors reconnect by themselves."""

CONNECTIONS_MAX = 256
"""Simultaneous monitor connections."""

QUARANTINE_BYTES_MAX = 256 * 1024 * 1024
"""All quarantined raw bytes. Above it new trash is answered AR (not acknowledged, so the sender keeps it)."""

QUARANTINE_RESERVE_BYTES = 32 * 1024 * 1024
"""The last part of the quarantine is only for devices that are bound to a bed: a stranger cannot fill it up so that a
broken message of a patient's monitor finds no room."""

QUARANTINED_PER_HOUR_MAX = 50
"""Messages kept of one device and one reason in an hour. The fifty-first of an unbound monitor tells nothing that the
first did not, and one second of waveforms after the other would fill the quarantine within the hour."""

ALERTS_PER_BED_MAX = 32
"""Alarms of the monitors themselves that stand on one bed at a time; a screen could not show more."""

COMMIT_QUEUE_MAX = 4_096
"""Commands waiting for the writer; beyond it callers wait, which pushes back on the network."""

COMMIT_BATCH_MAX = 256
"""Commands in one group commit: bounds the latency of the first one in it."""

ALARM_RETRY_S = 15
"""Events of alarms that could not be written are tried again after this; the alarm is shown meanwhile."""

ANALYSIS_WAITING_MAX = 60
"""Messages of one monitor that wait for the live analysis: a minute of one that speaks every second. One that sends
faster gets its answers later, and is heard no faster than it is analysed."""

ANALYSIS_PATIENCE_S = 5.0
"""How long an answer waits for that. After it the message, which is on disk, is answered without having been analysed:
a live view with a gap is said on the bed; a record with one would not be."""

CONFLICT_TRIES_MAX = 50
"""How often an entry that depends on the state is checked and tried anew. Each try that fails means that an entry
of somebody else went through; a whole shift saving in the same instant stays below it."""

CONDITIONS_KEPT = 200
"""Ended monitor conditions kept in the state of a case. The second look tells of the last minutes; a lead that comes
and goes all night would otherwise make every later event slower. All of them stay on the timeline."""

MONITOR_BLOCK_S = 10
"""Length of a monitor block: long enough to compress, short enough to lose nothing from view."""

DERIVED_WAITING_MAX = 50_000
"""Numbers of our own analysis that wait for their block, for each case: some forty minutes of a full monitor while
the disk refuses. Beyond it the oldest are forgotten; they can be made again from the samples."""

FLUSH_RETRY_S = 15
"""A case whose held messages could not be put into blocks is tried again after this."""

CLOCK_BACK_TOLERANCE_S = 2.0
"""A device clock that steps back by more than this is said; network reordering stays below it."""

CLOCK_SETTLED_S = 3.0
"""Another offset of a device clock is followed when it has been the same for so long: a backlog drains faster than it
was measured, so its offset never stays the same; a clock that was set does."""

CLOCK_SET_SAID_S = 300.0
"""How long the bed page says that a device clock was set back: long enough to be seen on the next round."""

CLOCK_AHEAD_TOLERANCE_S = 120.0
"""A device time further ahead of our clock than this is not believed: it could make an old value look fresh."""

SOCKET_QUEUE_MAX = 16
"""Live frames of one strip (the samples of one signal, or its beats) that wait for one slow browser: a quarter of a
minute of a monitor that speaks every second, however many leads it has. Older ones of that strip are dropped. A state
never waits in this queue: the newest one replaces the one before it and is sent first."""

SOCKET_STRIPS_MAX = 64
"""Strips with frames waiting for one slow browser; a monitor has a few dozen. Beyond it the strip that has waited
longest is dropped."""

TREND_POINTS_MAX = 2_000
"""Trend points of one value in one answer: more than a wide screen has columns. Two weeks hold 120,000."""

FORM_BYTES_MAX = 256 * 1024
"""A posted form."""

TEXT_MAX = 4_000
"""Characters in one free-text field of the record."""

COMMAND_WITHOUT_EVENT_KEPT_S = 6 * 3600
"""Ids of commands that recorded no event (monitor messages) are forgotten after this. A monitor repeats an
unanswered message within minutes; keeping every id for ever would outgrow the record itself."""

DATABASE_BUSY_S = 10.0
"""How long to wait for another program (the command line beside the server) that is writing to the database."""

DATABASE_SILENT_S = 60
"""A database server ends a transaction in which nothing was said for so long, and gives back its locks: its program
was killed or unplugged. Ours think for milliseconds between two statements."""

COPIED_AT_ONCE_BYTES = 1024 * 1024
"""Rows of a record on its way into another home that are written together: what the copy needs of memory does not
grow with the record."""

READ_CONNECTIONS_MAX = 8
"""Read connections kept open to the database; a reader beyond them waits for one."""

PROBLEMS_LISTED_MAX = 21
"""Broken links a verification spells out: the first, and twenty more. The rest are counted."""

BLOCK_BYTES_MAX = 64 * 1024 * 1024
"""One monitor block when unpacked: 10 s of 64 leads at 10 kHz is 26 MB."""

IMAGE_BYTES_MAX = 512 * 1024 * 1024
"""One image as sent or uploaded. A 43 x 43 cm film at 0.1 mm and 16 bit is 37 MB; a minute of colour ultrasound in
uncompressed frames stays below it."""

IMAGE_SAMPLES_MAX = 256 * 1024 * 1024
"""Samples an image may claim to hold (rows x columns x frames x colours). What decodes it makes room for as many."""

IMAGE_SIDE_MAX = 32_768
"""Rows or columns of one image: three times the largest flat panel."""

FILM_PIXELS_MAX = 64 * 1024 * 1024
"""Rows x columns of a picture that is unpacked to be shown or searched: a 43 x 43 cm film at 0.054 mm. A larger one is
kept and handed out as it came."""

DICOM_HEADER_BYTES_MAX = 8 * 1024 * 1024
"""What is unpacked of a deflated file to read its header. A header is a few kB, hundreds with private tables."""

DICOM_ELEMENTS_MAX = 50_000
"""Elements in one header, those inside sequences counted. A large multi-frame header has some thousands."""

DICOM_DEPTH_MAX = 16
"""Sequences inside sequences. Structured reports reach about ten."""

DICOM_VALUE_KEPT_MAX = 256
"""Characters of one header value in the record; the file itself holds the whole of it."""

DICOM_ASSOCIATIONS_MAX = 16
"""Simultaneous DICOM connections: every unit of a clinic twice."""

DICOM_OPENING_S = 10.0
"""A DICOM connection that has not said by then who it is is closed; units say it in their first packet."""

DICOM_SILENCE_S = 60.0
"""A DICOM connection on which nothing came for so long is closed; a unit opens a new one for its next image."""

FILMS_UNPACKED_BYTES_MAX = 512 * 1024 * 1024
"""Films kept unpacked for viewers: a dozen of the largest panels. The least lately used is dropped first."""

STUDIES_LISTED_MAX = 500
"""Studies on one page or in one answer, newest first."""

PHOTO_BYTES_MAX = 16 * 1024 * 1024
"""One photograph: the largest that the camera of a telephone makes as JPEG, with room."""

CHART_POINTS_MAX = 400
"""Points of one line drawn on the body chart; a page sends a line thinned out to far fewer."""

CONSULT_DAYS_MAX = 14
"""A link for a consult is open for at most so long: a case in intensive care is over or is another one by then."""
INCIDENTS_COMPARED_MAX = 60
"""Incidents of one dog that a finding is compared with, the latest ones; a working life holds some tens. The page says
how many were left out."""

SERVICE_FILE_BYTES_MAX = 2 * 1024 * 1024
"""A file of a dog's service. A deployment is a row of some 200 characters: ten thousand of them."""

SERVICE_ROWS_MAX = 2_000
"""Rows of one such file: a working life of ten years with four entries a week."""

SERVICE_COLUMNS_MAX = 100
"""Columns of one such file; exports of deployment logs have some tens."""

HOOK_BODY_BYTES_MAX = 1024 * 1024
"""What another system may send in one call of a hook. We ask for one Patient; with drafts and all it is some kB."""

HOOK_CALLS_PER_MIN = 1_800
"""Calls of one configured system in a minute: thirty each second, half as many again as a hospital's busiest second."""

HOOK_REFUSED_PER_MIN = 30
"""Calls without a valid token from one address in a minute; beyond it the address waits. Nobody mistypes a token."""

HOOK_TOKEN_LIVES_S = 600
"""A token that is valid for longer than this from now is refused: its id has to be remembered until it ends. CDS Hooks
recommends five minutes."""

HOOK_TOKEN_BYTES_MAX = 8_192
"""One token; with a P-384 signature it is below 1 kB."""

HOOK_TOKENS_REMEMBERED = 200_000
"""Ids of tokens that were used and have not ended: a dozen systems at their busiest for ten minutes. Beyond it calls
are refused, because a token could no longer be told from its copy."""

HOOK_KEYS_BYTES_MAX = 256 * 1024
"""A set of keys fetched from a system; one key is below 1 kB."""

HOOK_ORDERS_MAX = 500
"""Draft orders in one call; a person signs a dozen."""

HOOK_CALLS_KEPT = 200
"""Calls kept in the state of a case for the feedback that may follow. All of them stay on record."""

HOOK_FEEDBACK_MAX = 50
"""Cards in one feedback; a call of ours has one or two."""

HOOK_ANSWER_BYTES_MAX = 256 * 1024
"""An answer of another system to our own order. Longer ones are not read."""

HOOK_CARDS_MAX = 8
"""Cards kept of one answer; nobody reads more at a bed."""

HOOK_ANSWER_S = 5.0
"""How long another system may take to answer about our order. Nobody waits for it; CDS Hooks asks for half a second."""
REFUSALS_PER_HOUR_MAX = 100
"""Events of peers turned away in one hour, one for each address and title. A sender that changes its title each time
must not fill the record."""

HL7_CONNECTIONS_PER_PEER_MAX = 128
"""Connections of one address: half of all, so that no machine can keep the others out. A central station opens one for
each of its beds."""

HL7_MESSAGES_PER_S = 2_000.0
"""Messages a second of one address, in the long run; a sender beyond it is read more slowly, and nothing is dropped.
Fifty beds behind one gateway send some 200."""

HL7_MESSAGES_BURST = 20_000.0
"""Messages at once: what a gateway kept while the network was gone for a minute and a half."""

DICOM_ASSOCIATIONS_PER_PEER_MAX = 8
"""DICOM connections of one address: half of all."""

DICOM_PICTURES_PER_S = 20.0
"""Pictures a second of one address, in the long run; a sender beyond it is answered more slowly. A unit sends one film
in some seconds; a series of 600 slices takes half a minute."""

DICOM_PICTURES_BURST = 1_000.0
"""Pictures at once: a series of CT."""

WEB_REQUESTS_PER_S = 200.0
"""Requests a second of one address, in the long run: forty open screens behind one address ask for some 100. Beyond it
the answer is 429 with the time to wait."""

WEB_REQUESTS_BURST = 2_000.0
"""Requests at once: a shift that opens its screens, each with some forty files."""
DISK_FREE_LOW_BYTES = 1_000_000_000
"""Less free than this is said on every look at the health: a busy bed writes some hundred MB a day, so there is time to
act on it."""

METRICS_TOKEN_MIN = 16
"""Characters of the token that opens the figures; a shorter one could be guessed."""
