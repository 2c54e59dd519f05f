"""Jinja, set up once by `configure`: module folders by prefix, block rendering, static addresses."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    TemplateNotFound,
)
from markupsafe import Markup

from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.web import looks, times
from cutwater.web.declared import Declared

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
STATIC = HERE / "static"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
LINKS = {
    "home": "/",
    "search": "/search",
    "inbox": "/inbox",
    "inbox_count": "/inbox/count",
    "live": "/live",
    "changes": "/changes",
    "account": "@/account",
    "organizations": "@/organizations",
    "sign_in": "@/sign-in",
    "sign_up": "@/sign-up",
    "sign_out": "@/sign-out",
}


@frozen
class Viewing:
    """What macros and filters need to know of the request that is being rendered."""

    base: str = ""
    here: str = "/"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    csrf: str = ""
    now: datetime = field(default_factory=clock.now)
    mark: str = ""
    numbers: Iterator[int] = field(default_factory=count)


@dataclass(kw_only=True, slots=True)
class Shell:
    """The configured shell: one per process."""

    environment: Environment
    secrets: Sequence[str]
    secure: bool
    session_cookies: tuple[str, ...]
    declared: Declared
    links: dict[str, str]
    build: str
    development: bool


viewing: ContextVar[Viewing] = ContextVar("viewing")
_shell: list[Shell] = []


def configure(
    declared: Declared,
    *,
    secrets: Sequence[str],
    secure: bool = False,
    links: Mapping[str, str] | None = None,
    session_cookies: Sequence[str] = ("__Host-cutwater", "cutwater"),
    development: bool = False,
    bytecode_folder: Path | None = None,
) -> None:
    """Set the shell up; wiring calls it once at start, and a second call replaces the first.

    `links` overrides where the shell's own links lead: organization paths, or `@/…` for paths outside one.
    """
    looks.use(declared.looks)
    environment = _environment(declared.templates, development, bytecode_folder)
    _shell[:] = [
        Shell(
            environment=environment,
            secrets=secrets,
            secure=secure,
            session_cookies=tuple(session_cookies),
            declared=declared,
            links=LINKS | dict(links or {}),
            build="dev" if development else build_hash(),
            development=development,
        )
    ]


def shell() -> Shell:
    """The configured shell; it is a programming error to render before `configure`."""
    if not _shell:
        raise RuntimeError("cutwater.web.configure() was not called")
    return _shell[0]


def declarations() -> Declared:
    """What the modules gave to the configured shell."""
    return shell().declared


def build_hash() -> str:
    """A name for the state of every static file, so that browsers may keep them for ever."""
    found = hashlib.blake2b(digest_size=6)
    for path in sorted(each for each in PACKAGE.glob("*/static/**/*") if each.is_file()):
        found.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def render(template_name: str, context: Mapping[str, object], block: str = "") -> str:
    """A whole page, or one block of it with the template's own imports and sets in force."""
    environment = shell().environment
    template = environment.get_template(template_name)
    if not block:
        return template.render(context)
    inner = template.new_context(dict(context))
    top_level = template.root_render_func(inner)
    next(top_level, None)
    if block not in inner.blocks:
        raise LookupError(f"{template_name} has no block {block}")
    try:
        return environment.concat(inner.blocks[block][0](inner))
    finally:
        top_level.close()  # type: ignore[attr-defined]


def link(path: str = "/") -> str:
    """An address inside the viewer's organization; a path that starts with `@` stays outside it."""
    if path.startswith("@"):
        return path[1:]
    return f"{viewing.get().base}{path}" if path != "/" else viewing.get().base + "/"


def static(path: str, module: str = "web") -> str:
    """The address of a module's static file, with the build in it so that it may be kept for ever.

    Below the build the address is the file's place in the package: a relative import means the same to a
    browser, to Node and to the type checker.
    """
    return f"/static/{shell().build}/{module}/static/{path}"


def element(name: str, module: str = "") -> Markup:
    """The script tag that loads one custom element: the shell's, or a module's own."""
    address = static(f"{name}.js", module) if module else static(f"elements/{name}.js")
    return Markup('<script type="module" src="{}"></script>').format(address)


def csrf_field() -> Markup:
    """The hidden input every posting form carries."""
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(viewing.get().csrf)


def unique(prefix: str) -> str:
    """An id that no other element of the page has, also when blocks are swapped in later."""
    now = viewing.get()
    return f"{prefix}-{now.mark}{next(now.numbers)}"


def with_query(url: str, **changes: object) -> str:
    """The address with some parameters set (None removes, a list repeats); `page` goes when others change."""
    parts = urlsplit(url)
    kept = [
        (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in changes
    ]
    if "page" not in changes:
        kept = [(key, value) for key, value in kept if key != "page"]
    for key, value in changes.items():
        values = value if isinstance(value, list | tuple) else [value]
        kept += [(key, str(each)) for each in values if each is not None and each != ""]
    return urlunsplit(("", "", parts.path, urlencode(kept), parts.fragment))


def rest_of_query(url: str, *besides: str) -> list[tuple[str, str]]:
    """What a GET form must carry along so that the address keeps it; a new search begins at page one."""
    pairs = parse_qsl(urlsplit(url).query)
    return [(key, value) for key, value in pairs if key not in (*besides, "page", "cursor")]


class ByFolder(BaseLoader):
    """Templates by folder: `releases/desk/board.html` is `board.html` of the folder `releases/desk`."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._loaders = {name: FileSystemLoader(path) for name, path in folders.items()}

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The source, from the folder with the longest name that fits."""
        folder = template
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if folder in self._loaders:
                return self._loaders[folder].get_source(environment, template.removeprefix(f"{folder}/"))
        raise TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        """The names of all of them."""
        return sorted(
            f"{folder}/{name}" for folder, each in self._loaders.items() for name in each.list_templates()
        )


def _environment(folders: Mapping[str, Path], development: bool, bytecode_folder: Path | None) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), ByFolder(folders)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=development,
        cache_size=1000,
        bytecode_cache=FileSystemBytecodeCache(str(bytecode_folder)) if bytecode_folder else None,
    )
    environment.globals.update(
        link=link,
        static=static,
        element=element,
        csrf_field=csrf_field,
        unique=unique,
        with_query=with_query,
        rest_of_query=rest_of_query,
        look=looks.look,
        looks_of=looks.looks_of,
    )
    environment.filters.update(
        when=lambda at: times.moment(at, viewing.get().zone, viewing.get().now) if at else "",
        full=lambda at: times.full(at, viewing.get().zone) if at else "",
        ago=lambda at: times.ago(at, viewing.get().now) if at else "",
        clock=_clock,
        day=lambda of: times.day(of, viewing.get().zone, viewing.get().now) if of else "",
        iso=lambda at: at.isoformat() if at else "",
        minutes=lambda value: times.span(value) if value is not None else "",
        number=times.number,
        word=times.word,
        said=_said,
        initials=times.initials,
    )
    return environment


def _clock(at: datetime | None, of_day: date | None = None, zone: str = "") -> str:
    return times.clock(at, ZoneInfo(zone) if zone else viewing.get().zone, of_day) if at else ""


def _said(value: object, kind: str, field: str) -> str:
    """A value of a change for people: a status's word, a moment in the viewer's zone, yes and no."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return times.moment(datetime.fromisoformat(value), viewing.get().zone, viewing.get().now)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return times.day(date.fromisoformat(value), viewing.get().zone, viewing.get().now)
    return looks.said(kind, field, value)


def zone_of(actor: Actor | None) -> ZoneInfo:
    """The viewer's zone; UTC for strangers and for a zone this machine does not know."""
    try:
        return ZoneInfo(actor.zone) if actor else ZoneInfo("UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")
