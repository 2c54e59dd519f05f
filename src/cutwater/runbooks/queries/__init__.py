"""Every SELECT of runbooks and runs."""

from typing import Any

from sqlalchemy import Select

Query = Select[*tuple[Any, ...]]
