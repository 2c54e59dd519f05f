"""API keys, of a person or of the organization."""
