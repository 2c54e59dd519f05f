"""Getting in and out, over the API."""
