"""The API of migrations and runs."""
