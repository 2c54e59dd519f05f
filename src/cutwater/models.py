"""Every table, for the migrations and the data-model diagram. Importing this imports all models."""

from importlib import import_module
from importlib.util import find_spec

from cutwater.kernel import counters, files, idempotency, search

MODULES = ("identity", "audit", "notifications", "sprints", "releases", "runbooks")
LOADED = [counters, files, idempotency, search] + [
    import_module(f"cutwater.{name}.models")
    for name in MODULES
    if find_spec(f"cutwater.{name}") and find_spec(f"cutwater.{name}.models")
]
