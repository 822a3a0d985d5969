"""What the bedside signals mean over minutes: trends, conditions, changes."""
