"""A second, slow and exact computation of scores, to hold the first one against."""
