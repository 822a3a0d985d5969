"""Streaming analysis of waveforms: each analyzer is a value with ``initial``, ``step``, ``dump`` and ``load``."""
