"""The verbs of an import: `runs` for its way, `application` for writing what it read."""
