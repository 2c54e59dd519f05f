"""Every setting of Cutwater, from the environment. `docs/reference/settings.md` is made from this file."""

from collections.abc import Sequence
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cutwater.kernel.kept_secret import SECRET_LENGTH, kept_secret


class SettingsError(RuntimeError):
    """A setting is wrong; one line that names each variable and what it takes."""


class Settings(BaseSettings):
    """Read once at start. Each has the prefix `CUTWATER_` unless another name is given."""

    model_config = SettingsConfigDict(env_prefix="CUTWATER_", frozen=True, populate_by_name=True)

    data_folder: Path = Field(
        default=Path("data"),
        description="Where the embedded PostgreSQL and the generated secret live. Unused with DATABASE_URL "
        "and CUTWATER_SECRET_KEY.",
    )
    database_url: str = Field(
        default="",
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="`DATABASE_URL`: PostgreSQL 15 to 18 as the app's role, such as "
        "`postgresql://cutwater@db/cutwater`. Empty: an embedded PostgreSQL is started.",
    )
    database_owner_url: str = Field(
        default="",
        validation_alias=AliasChoices("DATABASE_OWNER_URL", "database_owner_url"),
        description="`DATABASE_OWNER_URL`: the role that owns the tables, used by migrations only. Empty: "
        "DATABASE_URL migrates too, and the app gives up its rights with SET ROLE.",
    )
    database_pool: int = Field(
        default=10, ge=2, le=200, description="Connections for writes; reads have as many of their own."
    )
    redis_url: str = Field(
        default="",
        description="Shared rate limits for several web processes, such as `redis://cache:6379/0`; needs the "
        "extra `cutwater[redis]`. Empty: limits are per process.",
    )
    host: str = Field(default="127.0.0.1", description="The address the web server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port; 0 takes a free one.")
    public_url: str = Field(
        default="",
        description="The address people type, such as `https://cutwater.example.com`; links in mail use it. "
        "Empty: built from host and port.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses "
        "or networks, separated by commas. Rate limits go by the address they tell.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 random characters; signs sessions, links and tokens. Several, separated by "
        "commas, rotate: the first signs, all verify. Empty: made once and kept in the data folder.",
    )
    sign_up: Literal["open", "domain", "superadmin"] = Field(
        default="open", description="Who may create an organization."
    )
    sign_up_domains: str = Field(
        default="", description="With `domain`: the e-mail domains that may, separated by commas."
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where mail goes: `smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS), "
        "`smtp+plain://localhost:25` (neither, for this machine only). Empty: mail is kept, and admins "
        "read it in Cutwater.",
    )
    mail_from: str = Field(default="Cutwater <cutwater@localhost>", description="The sender of all mail.")
    worker: bool = Field(
        default=True, description="Run background jobs in the web process. Off: start `cutwater worker`."
    )
    worker_concurrency: int = Field(default=4, ge=1, le=64, description="Jobs that run at the same time.")
    worker_metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Where a `cutwater worker` shows its metrics, at CUTWATER_HOST; the web process does at "
        "`/metrics`. 0: nowhere.",
    )
    upload_limit_mb: int = Field(
        default=50,
        ge=1,
        le=1024,
        description="The largest file one may upload; several sent at once may hold twice as much.",
    )
    log_format: Literal["json", "console"] = Field(default="json", description="How the log is written.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="What is logged."
    )
    demo: bool = Field(
        default=False, description="Show the demo's sign-in and its mails. Never in production."
    )
    reload: bool = Field(default=False, description="Re-read templates and static files at each request.")

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _plain_postgres(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://", "host=")):
            raise ValueError("must be a libpq address such as postgresql://user:password@host/database")
        return value

    @field_validator("redis_url")
    @classmethod
    def _a_redis(cls, value: str) -> str:
        if value and not (value.startswith(("redis://", "rediss://")) and urlsplit(value).hostname):
            raise ValueError("must be an address such as redis://cache:6379/0, or rediss://… for TLS")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("must be an address such as https://cutwater.example.com")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must end after the host: Cutwater has a host name of its own, not a path")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in listed(value):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError(
                    f"holds {part}, which is no address and no network such as 10.0.0.0/8"
                ) from None
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if any(len(part) < SECRET_LENGTH for part in listed(value.get_secret_value())):
            raise ValueError(
                f"needs at least {SECRET_LENGTH} characters; make one with: openssl rand -hex 32"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        address = parseaddr(value)[1]
        if not value.isprintable() or not all(address.partition("@")):
            raise ValueError("must be a sender such as Cutwater <cutwater@example.com>")
        return value

    @model_validator(mode="after")
    def _domains_are_named(self) -> Self:
        if self.sign_up == "domain" and not listed(self.sign_up_domains):
            raise ValueError("CUTWATER_SIGN_UP=domain needs CUTWATER_SIGN_UP_DOMAINS, such as bank.example")
        return self

    @property
    def secrets(self) -> list[str]:
        """The signing keys, newest first."""
        return listed(self.secret_key.get_secret_value()) or [kept_secret(self.data_folder)]

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def listed(text: str) -> list[str]:
    """The parts of a list that is separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def wrong_settings(failure: ValidationError) -> Sequence[str]:
    """Each wrong setting by the name of its variable; a value is never repeated, it may be a secret."""
    return [_wrong(each["loc"], each["msg"]) for each in failure.errors()]


def _wrong(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ").replace("Input should be", "must be")
    name = str(location[0]) if location else ""
    variable = name if name.isupper() or not name else f"CUTWATER_{name.upper()}"
    return f"{variable}: {text}" if variable else text


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    try:
        return Settings()
    except ValidationError as failure:
        raise SettingsError("; ".join(wrong_settings(failure))) from None
