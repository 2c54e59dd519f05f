"""Plan the sprint. Coordinate the release. Run the cutover."""

__version__ = "0.1.0"
