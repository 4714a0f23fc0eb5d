"""Backups, restores and the verifier."""
