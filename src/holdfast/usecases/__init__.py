"""Commands in, events out: everything a person or a device can make Holdfast do."""
