"""The module's routes under /api/v1."""
