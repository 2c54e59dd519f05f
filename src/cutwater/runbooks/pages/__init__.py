"""The pages of runbooks and runs; paths with fixed words stand before those with a key."""
