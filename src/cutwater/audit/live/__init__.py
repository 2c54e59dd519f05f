"""Following changes: the hub, its states, streams and polls."""
