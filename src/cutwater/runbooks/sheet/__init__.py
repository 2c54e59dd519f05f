"""The runsheet."""
