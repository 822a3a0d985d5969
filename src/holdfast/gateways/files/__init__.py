"""Recordings and exports as files: WFDB records, monitor CSV exports, and their replay."""
