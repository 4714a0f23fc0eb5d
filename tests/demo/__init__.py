"""The demo's cascade: sound, sourced, and equal to what the filings say."""
