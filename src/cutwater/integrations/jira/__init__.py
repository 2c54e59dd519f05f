"""Jira: the JSON that its REST API answers with, read into records that know nothing of Jira."""
