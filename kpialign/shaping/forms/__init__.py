"""The forms of the cascade, one file a subject."""
