"""What people look at: the list of sprints, a sprint in figures, and the panels other pages show."""
