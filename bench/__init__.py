"""Measure the product against what people would use instead, and against the machine itself."""
