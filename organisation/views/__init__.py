"""The doors of this app, one file a subject."""
