"""Resuscitation: the clock, what is due, what suggests circulation, and the record of it."""
