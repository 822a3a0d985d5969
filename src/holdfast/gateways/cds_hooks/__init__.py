"""CDS Hooks (2.0 and the 3.0 ballot): practice systems ask for the second look, and are asked in turn."""
