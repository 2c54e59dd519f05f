"""Sprints: made here or taken over, and which issues are in them."""
