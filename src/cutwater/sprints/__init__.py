"""Sprints: sites, issues and sprints, made by hand, imported by file or synced, with their analysis."""
