"""How it reads: stored scores, the runs that compute them, and the pages that show them."""
