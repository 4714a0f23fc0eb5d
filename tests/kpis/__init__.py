"""Tests of what is measured: figures, targets, periods, entry."""
