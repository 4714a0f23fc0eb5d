"""Numbers, lines, bullets and charts: pure functions, without a database."""
