"""Tests of how it reads: stored scores, recompute, pages."""
