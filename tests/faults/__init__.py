"""Faults given to real processes, and what stands afterwards."""
