"""HL7 v2 from bedside monitors: a codec without I/O (framing, er7, reading, acknowledge, encode) and a thin server and client."""
