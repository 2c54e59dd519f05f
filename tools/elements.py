"""Run the tests of the custom elements with Node's own test runner."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run every `*.test.js` and `*.test.mjs` under tests/."""
    found = sorted([*ROOT.glob("tests/**/*.test.js"), *ROOT.glob("tests/**/*.test.mjs")])
    if not found:
        print("elements: no tests found under tests/", file=sys.stderr)
        return 1
    command = ["node", "--test", "--test-reporter=dot", *(str(path.relative_to(ROOT)) for path in found)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
