"""The verbs of sprints: of those made here, of who is in them, and of those that files tell."""
