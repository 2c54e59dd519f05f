"""Passwords: what is good enough, and Argon2id off the event loop."""

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST, LONGEST = 12, 128
# OWASP's second choice of equal strength: 19 MiB, two passes, one lane; about 20 ms.
_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
# What somebody without an account is compared with, so that both take the same time.
_NOBODY = _HASHER.hash("nobody has this password, it only takes as long")
# Few at once: a storm of sign-ins must not take the memory and the cores from everybody else.
_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")

_COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "password1234",
        "password12345",
        "passwordpassword",
        "passw0rd1234",
        "qwertyuiop123",
        "qwertyuiop12",
        "qwertyuiopas",
        "letmeinletmein",
        "welcome12345",
        "welcome123456",
        "iloveyou1234",
        "administrator",
        "administrator1",
        "changemechangeme",
        "changeme1234",
        "trustno1trustno1",
        "adminadminadmin",
        "abcdefghijkl",
        "abcdefghijklm",
        "abc123abc123",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "asdfghjkl123",
        "monkeymonkey",
        "dragondragon",
        "sunshine1234",
        "princess1234",
        "football1234",
        "superman1234",
        "correcthorsebatterystaple",
    }
)


def problem(password: str, about: Sequence[str] = ()) -> str:
    """What is wrong with a new password, as a sentence; empty when it is good enough.

    `about`: the person's e-mail, user name and name, which a password must not simply repeat.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few unrelated words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = password.lower().strip()
    if len(set(plain)) < 5:
        return "Use more different characters."
    if plain in _COMMON or re.fullmatch(r"(.{1,6})\1+", plain) or _runs_on(plain):
        return "This one is among the first to be guessed; choose another."
    for word in about:
        known = word.lower().split("@")[0].strip()
        if len(known) >= 4 and (known == plain or len(plain.replace(known, "")) < 6):
            return "Do not build it from your name or e-mail."
    return ""


def _runs_on(plain: str) -> bool:
    """Whether it only counts up or down, or walks a keyboard row."""
    rows = ("abcdefghijklmnopqrstuvwxyz" * 2, "0123456789" * 3, "qwertyuiopasdfghjklzxcvbnm" * 2)
    return any(plain in row or plain in row[::-1] for row in rows)


async def hashed(password: str) -> str:
    """The Argon2id hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password; without a stored hash it takes as long and says no."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_THREADS, _HASHER.verify, password, stored or _NOBODY)
    return right and stored is not None
