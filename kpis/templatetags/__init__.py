"""Template filters of the kpis app."""
