"""The verbs of a step."""
