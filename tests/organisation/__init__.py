"""Tests of people, roles, sign-in, the trail and the requests to recompute."""
