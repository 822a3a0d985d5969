"""Ordered treatments: what is due, what was given, and the rate of an infusion."""
