"""Every SELECT of the module, by noun."""
