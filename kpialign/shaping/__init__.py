"""The pages on which a finance admin builds and changes the cascade."""
