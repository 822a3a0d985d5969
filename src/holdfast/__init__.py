"""Holdfast: the second look for critically ill dogs."""

__version__ = "0.1.0"
