"""Background jobs that people start and may leave."""
