"""The API of steps."""
