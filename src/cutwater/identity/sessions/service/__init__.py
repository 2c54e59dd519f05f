"""Getting in and out."""
