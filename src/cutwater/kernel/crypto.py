"""Signatures and fingerprints. Keys rotate: the first signs, all verify."""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def sign(secrets: Sequence[str], purpose: str, message: str) -> str:
    """A URL-safe HMAC-SHA256 of a message, bound to its purpose so that it fits nowhere else."""
    digest = hmac.new(secrets[0].encode(), f"{purpose}\0{message}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def verifies(secrets: Sequence[str], purpose: str, message: str, signature: str) -> bool:
    """Whether any current key made this signature; takes the same time either way."""
    return any(hmac.compare_digest(sign([key], purpose, message), signature) for key in secrets)


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a high-entropy secret (a token, a key), for storing it unreadably."""
    return hashlib.sha256(secret.encode()).digest()
