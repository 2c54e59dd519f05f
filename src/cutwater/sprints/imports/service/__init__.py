"""The verbs of an import."""
