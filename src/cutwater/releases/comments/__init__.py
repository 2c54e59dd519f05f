"""What people write about a release."""
