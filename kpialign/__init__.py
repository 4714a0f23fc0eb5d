"""The KPIAlign project: its wiring, its scoring core and its file interchange."""
