"""Whole stories of the people who use the product, through its pages."""
