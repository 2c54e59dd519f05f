"""The module's pages, under /o/{organization}."""
