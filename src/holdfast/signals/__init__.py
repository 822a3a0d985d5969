"""Streaming analysis of bedside waveforms: each analyzer is a value with ``initial``, ``step``, ``dump`` and ``load``."""
