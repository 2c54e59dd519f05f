"""The verbs of issues: of those made here, in and out of sprints, and of those that files tell."""
