"""Releases as people see them: board, lists, the release's page, the home panel."""
