"""What identity gives to the shell."""

from cutwater.kernel.grants import Grant

TOPICS = {"team": Grant.PEOPLE_READ}
"""What reads the events about each kind of thing; those about members, accounts and keys are the log's."""

ACCESS = ("organization", "member", "account", "api_key")
"""The kinds of things whose events may end somebody's access."""
