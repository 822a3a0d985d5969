"""Where analyzers run: in this process, or across machines. None of them knows it."""
