"""The thinking of identity: no database, no web."""
