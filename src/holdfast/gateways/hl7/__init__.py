"""HL7 v2 from bedside monitors: codecs without I/O, and a thin MLLP server and client."""
