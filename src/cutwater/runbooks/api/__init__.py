"""The API of runbooks and runs."""
