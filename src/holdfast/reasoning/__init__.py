"""Diagnostic reasoning: which causes explain this animal, what they leave unexplained, what would tell most."""
