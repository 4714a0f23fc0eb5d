"""Cascades in and out of files."""
