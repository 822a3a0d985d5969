"""Checkpoints out of the house: to witnesses, to authorities of time."""
