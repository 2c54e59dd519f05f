"""PURE: from an Atlassian Document Format tree to plain text with simple Markdown marks."""

from collections.abc import Iterator

_BLOCKS = {
    "paragraph",
    "heading",
    "blockquote",
    "panel",
    "codeBlock",
    "rule",
    "table",
    "mediaSingle",
    "expand",
}
_DEPTH = 60


def text_of(document: object) -> str:
    """The readable text of an ADF document; a plain string (the v2 API) is given back as it is."""
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        return ""
    return "".join(_walk(document, 0, "")).strip()


def _walk(node: object, depth: int, bullet: str) -> Iterator[str]:
    if not isinstance(node, dict) or depth > _DEPTH:
        return
    kind = str(node.get("type", ""))
    given = node.get("attrs")
    attributes: dict[str, object] = given if isinstance(given, dict) else {}
    leaf = _leaf(kind, node, attributes)
    if leaf is not None:
        yield leaf
        return
    if kind == "heading":
        level = attributes.get("level", 1)
        yield "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " "
    if kind == "listItem":
        yield bullet
    if kind == "codeBlock":
        yield "```\n"
    yield from _children(node, kind, depth)
    if kind == "codeBlock":
        yield "\n```"
    if kind in ("tableCell", "tableHeader"):
        yield " | "
    elif kind in _BLOCKS or kind in ("tableRow", "bulletList", "orderedList"):
        yield "\n"


def _children(node: dict[str, object], kind: str, depth: int) -> Iterator[str]:
    content = node.get("content")
    for number, child in enumerate(content if isinstance(content, list) else [], 1):
        bullet = f"{number}. " if kind == "orderedList" else "- "
        yield from _walk(child, depth + 1, bullet)


def _leaf(kind: str, node: dict[str, object], attributes: dict[str, object]) -> str | None:
    if kind == "text":
        return _marked(str(node.get("text", "")), node.get("marks"))
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return "@" + str(attributes.get("text", "")).lstrip("@")
    if kind == "emoji":
        return str(attributes.get("text") or attributes.get("shortName", ""))
    if kind in ("inlineCard", "blockCard", "embedCard"):
        return str(attributes.get("url", ""))
    if kind == "status":
        return f"[{attributes.get('text', '')}]"
    if kind == "date":
        return str(attributes.get("timestamp", ""))
    if kind == "media":
        return f"[file {attributes.get('alt') or attributes.get('id', '')}]"
    return None


def _marked(text: str, marks: object) -> str:
    for mark in marks if isinstance(marks, list) else []:
        kind = mark.get("type") if isinstance(mark, dict) else ""
        if kind == "strong":
            text = f"**{text}**"
        elif kind == "code":
            text = f"`{text}`"
        elif kind == "link":
            href = (mark.get("attrs") or {}).get("href", "")
            text = text if href == text else f"[{text}]({href})"
    return text
