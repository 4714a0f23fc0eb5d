"""Pure functions from rows to what is drawn and read: numbers, lines, bullets, charts."""
