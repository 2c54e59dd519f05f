"""Where and when releases were deployed."""
