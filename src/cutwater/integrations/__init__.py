"""Adapters to other systems: one folder per vendor, implementing the ports the domains declare."""
