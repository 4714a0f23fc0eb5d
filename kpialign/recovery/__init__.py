"""Backups of the whole database, and how they are put back."""
