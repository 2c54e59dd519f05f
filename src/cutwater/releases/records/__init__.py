"""The release itself: made, edited, blocked."""
