"""The thinking of releases: no database, no web."""
