"""The log: recording, records, feeds."""
