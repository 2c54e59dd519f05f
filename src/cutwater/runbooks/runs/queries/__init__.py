"""Reads of migrations and runs, and of what decides whether a step is ready."""
