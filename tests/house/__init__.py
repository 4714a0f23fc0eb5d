"""Tests of the house: starting, settings, shape."""
