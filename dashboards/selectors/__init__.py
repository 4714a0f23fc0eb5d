"""Bounded reads, one file per question."""
