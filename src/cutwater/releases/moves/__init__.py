"""Moving a release, and why it does not move."""
