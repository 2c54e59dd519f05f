"""Pin all dependencies, without any address: requirements.lock, tools/node.lock and package-lock.json."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES = ("resolved", "funding")


def pin_python(source: str, target: str, *options: str) -> None:
    """Compile one set of Python requirements, with the hash of every file, for every platform at once."""
    command = [sys.executable, "-m", "uv", "pip", "compile", source, "--output-file", target, "--quiet"]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--custom-compile-command", "make lock", *options]
    subprocess.run(command, cwd=ROOT, check=True)


def pin_node(upgrade: bool) -> None:
    """Write the npm lock and take the addresses out of it: hashes are what is trusted."""
    node_path = subprocess.run(
        [sys.executable, "tools/node.py", "--path"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    npm = str(Path(node_path) / "npm")
    if upgrade:
        subprocess.run([npm, "update", "--save", "--package-lock-only", "--silent"], cwd=ROOT, check=True)
    subprocess.run([npm, "install", "--package-lock-only", "--silent"], cwd=ROOT, check=True)
    lock = ROOT / "package-lock.json"
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        for field in ADDRESSES:
            package.pop(field, None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    """Pin again; with --upgrade to the newest releases that the declared bounds allow."""
    upgrade = "--upgrade" in sys.argv
    options = ["--upgrade"] if upgrade else []
    pin_python("pyproject.toml", "requirements.lock", "--extra", "dev", *options)
    pin_python("tools/node.in", "tools/node.lock", *options)
    pin_node(upgrade)


if __name__ == "__main__":
    main()
