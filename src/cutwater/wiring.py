"""The only file that knows everyone. A module is one word in `MODULES`; what it offers is found by file name:
`shell.py` for the shell, `pages.py` and `api.py` for routes, `jobs.py` for jobs and subscribers, `models.py`
for tables, `templates/` and `static/` for files, in the module and in each of its features."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData
from starlette.routing import BaseRoute

from cutwater import audit, identity, web
from cutwater.audit.live.ports import TopicView
from cutwater.identity import shell as identity_shell
from cutwater.integrations import smtp
from cutwater.integrations.jira.files import JiraFiles
from cutwater.kernel import events
from cutwater.kernel.db import Base
from cutwater.kernel.grants import Grant
from cutwater.kernel.settings import Settings, SettingsError
from cutwater.notifications import Mailer
from cutwater.sprints.ports import IssueFiles

T = TypeVar("T")
MODULES = ("runbooks", "releases", "sprints", "notifications", "identity", "audit", "web")
"""Every module, top to bottom: what is higher may import what is lower. A new module is one word here."""
HERE = Path(__file__).parent
KERNEL_TABLES = ("counters", "files", "idempotency", "search")


def paths(name: str, modules: Sequence[str] = MODULES) -> Iterator[Path]:
    """Every file or folder of this name, in each module and its features, in the order of `modules`."""
    for module in modules:
        yield from sorted((HERE / module).rglob(name), key=lambda path: (len(path.parts), path))


def parts(name: str) -> list[ModuleType]:
    """Every module's and feature's file `name.py`; of a package of that name, the files in it."""
    files = [*paths(f"{name}.py"), *(each for folder in paths(name) for each in sorted(folder.glob("*.py")))]
    names = sorted((_place(path), ".".join(path.relative_to(HERE).with_suffix("").parts)) for path in files)
    return [import_module(f"cutwater.{dotted.removesuffix('.__init__')}") for _, dotted in names]


def _place(path: Path) -> int:
    return MODULES.index(path.relative_to(HERE).parts[0])


def topics() -> dict[str, Grant]:
    """What reads the events about each kind of thing, as the modules' shells declare it."""
    return {kind: grant for shell in parts("shell") for kind, grant in getattr(shell, "TOPICS", {}).items()}


def declare() -> None:
    """What must be known before anything runs: jobs, subscribers, names."""
    subscribers: dict[str, tuple[str, ...]] = {}
    for file in parts("jobs"):
        for name, followers in getattr(file, "SUBSCRIBERS", {}).items():
            subscribers[name] = (*subscribers.get(name, ()), *followers)
    events.subscribe(subscribers)
    audit.use_names(identity.names)
    audit.use_topics(topics(), identity_shell.ACCESS)


def tables() -> MetaData:
    """Every table of every module."""
    for name in KERNEL_TABLES:
        import_module(f"cutwater.kernel.{name}")
    parts("models")
    return Base.metadata


def declared() -> web.Declared:
    """What the `shell.py` of every module declares, in the order of the modules."""
    shells = parts("shell")

    def listed(name: str, kind: type[T]) -> list[T]:
        found = [item for shell in shells for item in getattr(shell, name, ())]
        return [item for item in found if isinstance(item, kind) or _misfit(name, item)]

    return web.Declared(
        nav=sorted(listed("NAV", web.NavItem), key=lambda item: item.place),
        commands=listed("COMMANDS", web.Command),
        home_panels=listed("HOME_PANELS", web.HomePanel),
        search_grants=topics(),
        search_sources=listed("SEARCH_SOURCES", web.SearchSource),
        activity=listed("ACTIVITY", str),
        looks={kind: table for shell in shells for kind, table in getattr(shell, "LOOKS", {}).items()},
        templates={_prefix(folder): folder for folder in paths("templates", MODULES[:-1])},
    )


def _misfit(name: str, item: object) -> bool:
    raise TypeError(f"{name} of a shell.py cannot hold {item!r}")


def _prefix(folder: Path) -> str:
    """`releases/desk/templates` → `releases/desk`."""
    return folder.parent.relative_to(HERE).as_posix()


def configure_shell(settings: Settings) -> None:
    """Set the shell up with what every module declares."""
    web.configure(
        declared(),
        secrets=settings.secrets,
        secure=settings.base_url.startswith("https://"),
        development=settings.reload,
    )


def live_views() -> dict[str, TopicView]:
    """What is drawn once per process for everybody who watches a topic of a kind."""
    return {kind: view for shell in parts("shell") for kind, view in getattr(shell, "LIVE_VIEWS", {}).items()}


def adapters(settings: Settings) -> dict[type, object]:
    """Which adapter serves which port."""
    found: dict[type, object] = {IssueFiles: JiraFiles()}
    try:
        mailer = smtp.mailer(settings)
    except ValueError as failure:
        raise SettingsError(f"CUTWATER_SMTP_URL: {failure}") from None
    if mailer is not None:
        found[Mailer] = mailer
    return found


def include(pages: FastAPI, api: FastAPI) -> None:
    """Put every module's routes into the two apps; a router named `platform` serves outside organizations."""
    pages.include_router(gathered("pages", platform=True))
    pages.include_router(gathered("pages", platform=False), prefix="/o/{organization}")
    api.include_router(gathered("api", platform=True))
    api.include_router(gathered("api", platform=False))


def gathered(name: str, *, platform: bool) -> APIRouter:
    """The routes of all files of a name as one router; fixed words come before parameters, so that no route
    hides another whatever file it is in."""
    found = APIRouter()
    for file in parts(name):
        for attribute, router in vars(file).items():
            if isinstance(router, APIRouter) and (attribute == "platform") is platform:
                found.routes += router.routes
    found.routes.sort(key=_fixed_words_first)
    return found


def _fixed_words_first(route: BaseRoute) -> tuple[bool, ...]:
    return tuple("{" in part for part in getattr(route, "path", "").split("/"))
