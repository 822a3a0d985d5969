"""Radiographs: reading what a header says, scale and animal, and which case a study belongs to."""
