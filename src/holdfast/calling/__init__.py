"""Calling a person until one answers."""
