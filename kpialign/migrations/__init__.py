"""The project's own tables: the cache."""
