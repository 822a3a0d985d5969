"""An operation: its steps as a table without a lock, and its anaesthetic record."""
