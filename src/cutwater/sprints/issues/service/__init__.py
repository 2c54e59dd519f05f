"""The verbs of issues."""
