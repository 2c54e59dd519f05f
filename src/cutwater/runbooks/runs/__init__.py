"""Migrations and their runs."""
