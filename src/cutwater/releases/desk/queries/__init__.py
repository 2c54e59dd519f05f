"""Releases as lists, boards and their own pages show them."""
