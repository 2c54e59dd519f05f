"""The thinking of sprints: no database, no web."""
