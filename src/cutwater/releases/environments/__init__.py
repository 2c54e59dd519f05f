"""Environments: where releases go."""
