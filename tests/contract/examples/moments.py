"""The moment that the examples begin at."""

T0_US = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z
SECOND_US = 1_000_000
