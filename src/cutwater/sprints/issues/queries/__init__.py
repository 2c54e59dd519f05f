"""SELECTs of issues: conditions of the query box, lists, briefs, facts, and one issue with all it has."""
