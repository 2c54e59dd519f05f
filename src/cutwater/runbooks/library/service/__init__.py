"""The verbs of runbooks and versions."""
