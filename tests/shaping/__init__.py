"""Tests of the pages on which the cascade is built."""
