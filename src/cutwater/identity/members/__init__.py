"""Who is in the organization, and who is invited."""
