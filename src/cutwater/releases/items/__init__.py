"""The tickets and pull requests that a release carries."""
