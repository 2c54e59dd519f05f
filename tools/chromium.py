"""Print the path of a Chromium for the browser tests; install Debian's where that is possible.

Looks at CUTWATER_CHROMIUM, then at the usual names on PATH. As root on Debian it installs the package.
Without one, the browser tests are skipped with a loud line; in CI (the variable CI is set) that is a failure.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LOUD = """
!!! No Chromium: the browser tests will be SKIPPED.
!!! Install one (Debian: apt-get install chromium) or name one in CUTWATER_CHROMIUM.
"""


def find() -> str | None:
    """The Chromium that the environment names, or the first one on PATH."""
    named = os.environ.get("CUTWATER_CHROMIUM")  # allow: environ — a development script has no settings
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package, when we may."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    print("set-up: Chromium from Debian's packages", file=sys.stderr)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}  # allow: environ — passed on
    subprocess.run([apt, "update", "-qq"], env=environment, **quiet)
    packages = ["--no-install-recommends", "chromium", "fonts-liberation"]
    subprocess.run([apt, "install", "-y", "-qq", *packages], env=environment, **quiet)


def main() -> int:
    """Print the path, or say loudly that there is none."""
    found = find()
    if found is None:
        install()
        found = find()
    if found is not None:
        print(found)
        return 0
    print(LOUD, file=sys.stderr)
    in_ci = bool(os.environ.get("CI"))  # allow: environ — a development script has no settings
    return 1 if in_ci else 0


if __name__ == "__main__":
    sys.exit(main())
