"""Could an incident have done this? A finding against a working dog's past."""
