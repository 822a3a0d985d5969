"""The end-of-life order and the second look: a question in front of an irreversible act, never a lock."""
