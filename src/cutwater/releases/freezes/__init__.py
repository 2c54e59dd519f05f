"""Freezes: when nothing goes to an environment."""
