"""The arithmetic of scores: arrays in, arrays out; one verb of the method per file."""
