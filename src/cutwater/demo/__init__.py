"""The demo organization, made through the services: `cutwater demo`."""

from cutwater.demo.build import announce, build_once

__all__ = ["announce", "build_once"]
