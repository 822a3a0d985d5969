"""After the worst: scores, and what is expected of the days that follow."""
