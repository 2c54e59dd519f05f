"""The pages of migrations and runs."""
