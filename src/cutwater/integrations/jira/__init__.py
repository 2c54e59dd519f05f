"""Jira: the JSON that its REST API answers with, read into records that know nothing of Jira."""

from cutwater.integrations.jira.mapping.files import JiraFiles as JiraFiles
