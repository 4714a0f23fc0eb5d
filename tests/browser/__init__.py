"""The pages in Chromium, served by the running product with its worker."""
