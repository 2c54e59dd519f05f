"""The query box of the issues list: `sprint:SPR-1 team:"Platform Dev" is:blocked -is:subtask words`."""

import re

from cutwater.kernel.frozen import frozen

FIELDS = (
    "sprint", "team", "status", "stage", "type", "priority", "assignee", "stakeholder", "owner", "reporter",
    "project", "site", "label", "key", "parent", "points", "done",
)  # fmt: skip
STATES = ("done", "open", "blocked", "flagged", "subtask", "estimated", "native")
STAGES = {"todo": "TODO", "in_progress": "IN_PROGRESS", "done": "DONE", "unknown": "UNKNOWN"}
NONE = "none"
_TERM = re.compile(r'(?P<no>-?)(?:(?P<field>[a-z]+):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^\s"]+))')


@frozen
class Term:
    """One condition; `field` empty means a word of the key or title."""

    field: str
    value: str
    is_not: bool = False


@frozen
class IssueQuery:
    """The conditions (all must hold) and what in the text could not be understood."""

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()

    def values(self, field: str) -> list[str]:
        """The wanted values of a field."""
        return [term.value for term in self.terms if term.field == field and not term.is_not]


def parse(text: str) -> IssueQuery:
    """Read the query box; unknown fields are named, never ignored in silence."""
    terms, problems = [], []
    for match in _TERM.finditer(text[:2000]):
        quoted = match["quoted"]
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match["plain"]
        field = match["field"] or ""
        problem = _problem(field, value)
        if problem:
            problems.append(problem)
        else:
            terms.append(Term(field=field, value=value, is_not=match["no"] == "-"))
    return IssueQuery(terms=tuple(terms), problems=tuple(problems))


def _problem(field: str, value: str) -> str:
    if field == "is":
        return "" if value in STATES else f"is:{value} is not known; try is:{', is:'.join(STATES)}"
    if field == "stage":
        return "" if value.lower() in STAGES else f"stage:{value} is not known; try {', '.join(STAGES)}"
    if field and field not in FIELDS:
        return f"{field}: is not a field; try {', '.join(FIELDS)} or is"
    return ""


def term(field: str, value: str) -> str:
    """A condition as it is written in the box; an empty value is written `none`."""
    if not value:
        return f"{field}:{NONE}"
    if re.fullmatch(r'[^\s"\\]+', value) and value.casefold() != NONE:
        return f"{field}:{value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}:"{escaped}"'


def text(query: IssueQuery) -> str:
    """A parsed query as text again."""
    return " ".join(("-" if item.is_not else "") + _written(item) for item in query.terms)


def _written(item: Term) -> str:
    if item.field:
        return f"{item.field}:{NONE}" if item.value == NONE else term(item.field, item.value)
    return (
        item.value if re.fullmatch(r'[^\s":\\]+', item.value) else '"' + item.value.replace('"', '\\"') + '"'
    )


def without(query: IssueQuery, field: str) -> IssueQuery:
    """The query without its conditions on a field."""
    return IssueQuery(
        terms=tuple(item for item in query.terms if item.field != field), problems=query.problems
    )
