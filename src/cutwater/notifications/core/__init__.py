"""The thinking of notifications: no database, no web."""
