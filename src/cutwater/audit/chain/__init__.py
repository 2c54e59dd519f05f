"""The chain: sealing, publishing heads, checking."""
