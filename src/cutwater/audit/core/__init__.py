"""The thinking of the log: no database, no web."""
