"""Every setting of Cutwater, from the environment. `docs/reference/settings.md` is made from this file."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
        default="", description="Shared rate limits for several web processes. Empty: limits are per process."
    )
    host: str = Field(default="127.0.0.1", description="The address the web server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port; 0 takes a free one.")
    public_url: str = Field(
        default="",
        description="The address people type, such as `https://cutwater.example.com`; links in mail use it. "
        "Empty: built from host and port.",
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
    upload_limit_mb: int = Field(default=50, ge=1, le=1024, description="The largest file one may upload.")
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

    @property
    def secrets(self) -> list[str]:
        """The signing keys, newest first; each at least 32 characters."""
        given = [part.strip() for part in self.secret_key.get_secret_value().split(",") if part.strip()]
        if not given:
            return [kept_secret(self.data_folder)]
        if any(len(part) < 32 for part in given):
            raise ValueError(
                "CUTWATER_SECRET_KEY needs at least 32 characters; make one with: openssl rand -hex 32"
            )
        return given

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@lru_cache
def kept_secret(folder: Path) -> str:
    """The secret of this data folder, made on first use and readable by its owner only."""
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
