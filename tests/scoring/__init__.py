"""Tests of the scoring core; none of them needs a database."""
