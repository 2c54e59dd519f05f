"""What the runsheet, its live state and the home page show."""
