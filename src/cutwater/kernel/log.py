"""Structured logs. Every line inside a request or a job carries its id."""

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar

import structlog
from structlog.typing import Processor

request_id: ContextVar[str] = ContextVar("request_id", default="")


def _with_request_id(_logger: object, _method: str, line: MutableMapping[str, object]) -> dict[str, object]:
    found = request_id.get()
    return {**line, "request_id": found} if found else dict(line)


def _without_colours(_logger: object, _method: str, line: MutableMapping[str, object]) -> dict[str, object]:
    return {
        name: value for name, value in line.items() if name != "color_message"
    }  # uvicorn's, for terminals


def configure(*, level: str = "INFO", style: str = "json") -> None:
    """Send the standard library's log and ours through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    errors = [structlog.processors.format_exc_info] if style == "json" else []
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _without_colours],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *errors, last],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    for noisy in ("procrastinate", "psycopg.pool", "uvicorn.access", "httpx2"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A structured logger: `logger(__name__).info("snapshot_taken", sprint="SPR-1")`."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found
