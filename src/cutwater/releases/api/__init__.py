"""The API of releases: the same verbs and queries as the pages."""
