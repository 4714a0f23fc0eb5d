"""What each page says and shows, put together from its board."""
