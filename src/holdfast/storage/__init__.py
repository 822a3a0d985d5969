"""The store and the accounts: in memory, and on SQLite."""
