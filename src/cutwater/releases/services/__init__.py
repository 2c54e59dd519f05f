"""Services: what releases are of."""
