"""Services and environments, as every other feature needs them."""
