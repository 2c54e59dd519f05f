"""The thinking of runbooks and runs: no database, no web."""
