"""Who must approve a release, and what they said."""
