"""Filters of this app for every template."""
