"""Sphinx configuration."""

project = "Holdfast"
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
# The diagrams are drawn where the files are read on a forge; here their text stands as it is.
suppress_warnings = ["misc.highlighting_failure"]
