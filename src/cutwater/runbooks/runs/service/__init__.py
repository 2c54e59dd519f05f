"""The verbs of migrations and runs."""
