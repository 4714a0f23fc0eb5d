"""One file per subject; each function is one whole change of stored scores."""
