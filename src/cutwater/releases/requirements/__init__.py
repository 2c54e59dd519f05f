"""What a status demands of a release before it lets it in."""
