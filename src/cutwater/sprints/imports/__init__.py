"""Files in: read, shown, confirmed by a person, applied as one."""
