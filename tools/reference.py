"""The generated part of the reference: each function reads the code and returns one page of Markdown."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from markdown import mermaid, page, table
from reference_formats import formats

ROOT = Path(__file__).resolve().parent.parent

# ---------------------------------------------------------------- settings


def settings() -> str:
    """Every setting with its default and meaning."""
    from cutwater.kernel.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        alias = getattr(field.validation_alias, "choices", [None])[0]
        variable = str(alias) if alias else f"CUTWATER_{name.upper()}"
        text = (field.description or "").removeprefix(f"`{variable}`: ")
        rows.append([f"`{variable}`", _kind(field.annotation), _default(field.default), text])
    intro = (
        "Settings are environment variables, read once at start; nothing else is read from the environment. "
        "`cutwater doctor` checks them.\n"
    )
    return page("Settings", intro, table(["variable", "kind", "default", "meaning"], rows))


def _kind(annotation: Any) -> str:
    choices = getattr(annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return ", ".join(f"`{choice}`" for choice in choices)
    names = {"bool": "on or off", "int": "number", "Path": "folder", "SecretStr": "secret", "str": "text"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, name)


def _default(value: Any) -> str:
    said = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if said in ("", None):
        return "empty"
    return f"`{str(said).lower() if isinstance(said, bool) else said}`"


# ---------------------------------------------------------------- data model


def data_model() -> str:
    """One diagram per module, drawn from the tables, and the references that leave the module."""
    from cutwater import wiring
    from cutwater.kernel.db import Base

    wiring.tables()

    modules: dict[str, list[Any]] = defaultdict(list)
    said: dict[str, str] = {}
    for mapper in Base.registry.mappers:
        modules[mapper.class_.__module__.split(".")[1]].append(mapper.local_table)
        said[str(mapper.local_table)] = (mapper.class_.__doc__ or "").strip().split("\n\n")[0]
    intro = (
        "PostgreSQL 15 to 18. Tables have `id` (a UUIDv7), `created_at` and `updated_at`; the diagrams "
        "leave them out, as they do `organization_id`. A table whose rows are **own** has that column and "
        "is under row-level security; every reference between two such tables is composite, so that it "
        "cannot leave the organization (see [isolation](../explanation/isolation.md)).\n"
    )
    parts = [intro]
    for module in sorted(modules):
        tables = sorted(modules[module], key=lambda each: str(each.name))
        rows = [[f"`{each.name}`", said[str(each)], _owned(each), _leaving(each, tables)] for each in tables]
        parts += [
            f"## {module}\n",
            mermaid(_diagram(tables)),
            table(["table", "holds", "rows are", "refers to"], rows),
        ]
    return page("Data model", *parts)


def _owned(each: Any) -> str:
    return "own" if "organization_id" in each.columns else "shared"


def _target(key: Any) -> str:
    return str(next(iter(key.elements)).target_fullname.split(".")[0])


def _leaving(each: Any, tables: list[Any]) -> str:
    inside = {other.name for other in tables}
    targets = {_target(key) for key in each.foreign_key_constraints} - inside - {"organization"}
    return ", ".join(f"`{target}`" for target in sorted(targets))


def _diagram(tables: list[Any]) -> str:
    hidden = {"id", "created_at", "updated_at", "organization_id"}
    names = {each.name for each in tables}
    lines = ["erDiagram"]
    for each in tables:
        lines.append(f"    {each.name} {{")
        for column in each.columns:
            if column.name not in hidden:
                kind = type(column.type).__name__.lower()
                lines.append(f"        {kind} {column.name}" + (' "may be empty"' if column.nullable else ""))
        lines.append("    }")
    for each in tables:
        for key in sorted(each.foreign_key_constraints, key=lambda found: str(found.column_keys)):
            if _target(key) in names and each.name != "organization":
                label = next(
                    (name for name in key.column_keys if name != "organization_id"), "organization_id"
                )
                if label != "organization_id" or len(key.column_keys) > 1:
                    lines.append(f"    {_target(key)} ||--o{{ {each.name} : {label}")
    return "\n".join(lines)


# ---------------------------------------------------------------- states


def states() -> str:
    """The life of a release, a step and a run, drawn from the tables that enforce it."""
    from cutwater.releases.core import lifecycle
    from cutwater.runbooks.core import step_machine
    from cutwater.runbooks.core.run_machine import RUN_MOVES, RunState

    demands = [
        [f"`{target}`", ", ".join(f"`{need}`" for need, on in needs.items() if on) or "nothing"]
        for target, needs in lifecycle.REQUIREMENTS.items()
    ]
    return page(
        "States",
        "Drawn from the tables in `releases/core/lifecycle.py` and `runbooks/step_machine.py`: the same ones that "
        "refuse a move, and that disable a button before the click.\n",
        "## Release\n",
        mermaid(lifecycle.diagram()),
        "What each status demands by default before a release enters it; an organization switches each:\n",
        table(["to reach", "demands"], demands),
        "## Step\n",
        mermaid(_moves(step_machine.MOVES, step_machine.StepState) + DERIVED),
        "READY is never typed by anyone: it follows from the links, the fixed start and the run's state.\n",
        "## Run\n",
        mermaid(_moves(RUN_MOVES, RunState)),
    )


DERIVED = """
    PENDING --> READY: its links, fixed start and run allow it
    READY --> PENDING: they no longer do"""


def _moves(rules: Any, kind: type[StrEnum]) -> str:
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(kind)).value}"]
    for move, rule in rules.items():
        sources, target = rule if isinstance(rule, tuple) else (rule.sources, rule.target)
        lines += [f"    {source} --> {target}: {move}" for source in sorted(sources, key=list(kind).index)]
    return "\n".join(lines)


# ---------------------------------------------------------------- layers


def layers() -> str:
    """Who may import whom, from the contracts that `make check` enforces."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    house = next(each for each in contracts if each["id"] == "house")
    files = next(each for each in contracts if each["id"] == "files")
    features = [each for each in contracts if each["id"].startswith("features-of-")]
    return page(
        "Layers",
        "Each line may import those below it, never above. The contracts stand in `pyproject.toml`.\n",
        "## Between modules\n",
        _steps(house["layers"], "cutwater."),
        "## In a module: features\n",
        table(
            ["module", "features, top to bottom"],
            [[f"`{each['containers'][0].split('.')[-1]}`", _line(each["layers"])] for each in features],
        ),
        "## In a feature: files\n",
        _steps(files["layers"], ""),
        "## All contracts\n",
        table(["contract", "says"], [[f"`{each['id']}`", each["name"]] for each in contracts]),
    )


def _steps(listed: list[str], prefix: str) -> str:
    rows = [line.replace("(", "").replace(")", "").replace(prefix, "") for line in listed]
    return "".join(f"{number}. {' · '.join(_names(row))}\n" for number, row in enumerate(rows, 1))


def _line(listed: list[str]) -> str:
    rows = [line.replace("(", "").replace(")", "") for line in listed]
    return " > ".join(" · ".join(_names(row)) for row in rows)


def _names(row: str) -> Iterator[str]:
    for name in row.replace("|", ":").split(":"):
        yield f"`{name.strip()}`"


# ---------------------------------------------------------------- events


def events() -> str:
    """Every event with its fields and the jobs that follow it."""
    from cutwater.kernel.events import REGISTRY, SUBSCRIBERS

    _pages_app()
    rows = []
    for name, kind in sorted(REGISTRY.items()):
        carried = ", ".join(f"`{field.name}`" for field in fields(kind))  # type: ignore[arg-type]
        said = (kind.__doc__ or "").strip().splitlines()[0] if _own_words(kind) else _spoken(kind.__name__)
        rows.append([f"`{name}`", said, carried, ", ".join(f"`{job}`" for job in SUBSCRIBERS.get(name, ()))])
    intro = (
        "Each change writes one event in its own transaction, and one job for each subscriber. Events carry "
        "ids, keys, states and figures, never a person's name, a comment or a reason.\n"
    )
    return page("Events", intro, table(["event", "when", "carries", "jobs that follow"], rows))


@cache
def _pages_app() -> Any:
    """The whole platform, assembled as it is served but not started."""
    from cutwater.kernel.settings import Settings
    from cutwater.main import create_app

    return create_app(
        Settings.model_validate({"secret_key": "only for documents " * 2, "log_level": "ERROR"})
    )


def _spoken(name: str) -> str:
    """`ReleaseMoved` → “Release moved.”"""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[:1] + words[1:].lower() + "."


def _own_words(kind: type) -> bool:
    return bool(kind.__doc__) and not (kind.__doc__ or "").startswith(f"{kind.__name__}(")


# ---------------------------------------------------------------- API


def api() -> str:
    """Every operation of the JSON API, by tag."""
    document = _pages_app().state.api.openapi()
    groups: dict[str, list[list[str]]] = defaultdict(list)
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            done = ", ".join(sorted(code for code in operation["responses"] if code < "300"))
            tag = (operation.get("tags") or ["other"])[0]
            groups[tag].append([f"`{method.upper()} /api/v1{path}`", _sentence(operation), done])
    intro = (
        f"OpenAPI {document['openapi']}; the running server shows every schema at `/api/docs`. Items come as "
        "`{data, links}`, lists as `{data, meta, links}`, errors as `{error: {code, message, details, "
        "obstacles, request_id}}`. See [the API's conventions](api-conventions.md).\n"
    )
    parts = [intro]
    for tag in sorted(groups):
        parts += [f"## {tag}\n", table(["operation", "does", "answers"], groups[tag])]
    return page("API", *parts)


def _sentence(operation: dict[str, Any]) -> str:
    said = (operation.get("description") or operation.get("summary") or "").strip()
    return said.split("\n\n")[0]


# ---------------------------------------------------------------- command line


def command_line() -> str:
    """Every command with its arguments and options."""
    import typer

    from cutwater.cli import app

    root = typer.main.get_command(app)
    parts = [
        "`cutwater --help` prints the same. Every command answers 0 when it did what it was asked, 2 when a "
        "word or a setting is wrong, and 1 otherwise, with one line that says why.\n"
    ]
    for path, command in _commands("cutwater", root):
        parts += [f"## `{path}`\n", f"{(command.help or '').strip()}\n"]
        rows = [
            _parameter(each)
            for each in command.params
            if each.name not in ("help", "install_completion", "show_completion")
        ]
        if rows:
            parts.append(table(["parameter", "default", "meaning"], rows))
    return page("Command line", *parts)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name in sorted(inner):
        if not inner[name].hidden:
            yield from _commands(f"{path} {name}", inner[name])


def _parameter(each: Any) -> list[str]:
    name = ", ".join(each.opts) if each.param_type_name == "option" else each.name.upper()
    default = (
        each.default if each.default not in (None, ..., False, "", -1) and not callable(each.default) else ""
    )
    said = "required" if each.required else (f"`{default}`" if default != "" else "")
    return [f"`{name}`", said, (getattr(each, "help", "") or "").strip()]


PAGES = {
    "settings.md": settings,
    "data-model.md": data_model,
    "states.md": states,
    "layers.md": layers,
    "events.md": events,
    "api.md": api,
    "cli.md": command_line,
    "import-formats.md": formats,
}
