"""Whole cascades in and out: reading, checking, difference, applying, writing."""
