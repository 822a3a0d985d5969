"""What every other room stands on: time, units, limits, errors, canonical bytes and the hash link."""
