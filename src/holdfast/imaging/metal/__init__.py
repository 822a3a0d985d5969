"""Searching a film for metal and what is as dense: candidates, their features, what they look like."""
