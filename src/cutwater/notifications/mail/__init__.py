"""Mail, and the log of its deliveries."""
