"""SELECTs of issues: conditions of the query box, lists, and one issue with all it has."""
