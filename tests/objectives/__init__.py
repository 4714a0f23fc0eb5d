"""Tests of what is wanted: perspectives, objectives and links."""
