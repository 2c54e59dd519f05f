"""PURE: from the JSON that Jira answers with, and from sheets, to records that know nothing of Jira."""
