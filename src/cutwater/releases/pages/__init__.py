"""The pages of releases; paths with fixed words stand before those with a key."""
