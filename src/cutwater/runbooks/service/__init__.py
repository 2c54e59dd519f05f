"""Verbs of runbooks and runs."""
