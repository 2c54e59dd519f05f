"""What the drawer of a step, the runsheet and the API show."""
