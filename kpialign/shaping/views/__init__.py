"""The pages of shaping, one file a subject."""
