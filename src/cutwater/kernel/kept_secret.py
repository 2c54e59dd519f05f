"""The signing key of a data folder, for those who set none."""

import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

SECRET_LENGTH = 32


@lru_cache
def kept_secret(folder: Path) -> str:
    """The secret of this data folder, made on first use and readable by its owner only."""
    path = folder / "secret"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write_once(path, secrets.token_hex(SECRET_LENGTH))
        found = path.read_text().strip()
    except OSError as failure:
        raise RuntimeError(
            f"{path} cannot be used ({failure.strerror}); give CUTWATER_SECRET_KEY, or another "
            "CUTWATER_DATA_FOLDER"
        ) from failure
    if len(found) < SECRET_LENGTH:
        raise RuntimeError(f"{path} is damaged; remove it, and everybody signs in anew")
    return found


def _write_once(path: Path, text: str) -> None:
    """The file appears whole or not at all; of two who write it one succeeds, and both read the same."""
    with NamedTemporaryFile("w", dir=path.parent, prefix="secret-") as draft:  # its mode is 0600
        draft.write(text)
        draft.flush()
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)
