"""Which releases wait for which."""
