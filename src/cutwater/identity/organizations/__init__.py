"""Organizations: founding, settings, and their people."""
