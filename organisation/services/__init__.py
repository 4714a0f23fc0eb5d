"""One file per subject; each function is one whole, atomic change."""
