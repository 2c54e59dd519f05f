"""The demo organization, made through the services: `cutwater demo`."""

from cutwater.demo.build import ACCOUNTS, announce, build_once

__all__ = ["ACCOUNTS", "announce", "build_once"]
