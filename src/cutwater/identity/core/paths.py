"""Where to go after signing in."""

from urllib.parse import urlsplit


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    parts = urlsplit(path)
    ours = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    )
    return path if ours and "\\" not in path else "/"
