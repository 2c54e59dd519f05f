"""The walk through the tree: what it lets pass and what it names."""

from pathlib import Path

import pytest

from tools import tree


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tree, "SOURCE", tmp_path)
    return tmp_path


def put(source: Path, *names: str) -> None:
    for name in names:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("__all__ = []\n")


def test_features_cores_and_adapters_pass(source: Path) -> None:
    put(source, "boats/__init__.py", "boats/README.md", "boats/shell.py", "boats/core/tides.py")
    put(source, "boats/static/cw-boat.js", "boats/moorings/service.py", "boats/moorings/queries/lists.py")
    put(source, "boats/moorings/__init__.py", "boats/moorings/templates/list.html")
    put(
        source, "integrations/__init__.py", "integrations/harbour/client.py", "integrations/harbour/README.md"
    )
    put(source, "kernel/anything.py", "web/whatever.py", "main.py")
    assert list(tree.findings()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("boats/helpers.py", "belongs into a feature or into core/"),
        ("boats/moorings/holding.py", "unknown name"),
        ("boats/moorings/parts/lists.py", "unknown name"),
        ("integrations/harbour/service.py", "unknown name"),
    ],
)
def test_a_file_of_another_name_is_found(source: Path, name: str, says: str) -> None:
    put(source, "boats/__init__.py", "integrations/harbour/__init__.py", name)
    assert [says in line for line in tree.findings()] == [True]


def test_a_face_has_no_name_that_a_file_has(source: Path) -> None:
    put(source, "boats/moorings/service.py")
    (source / "boats" / "__init__.py").write_text('__all__ = [\n    "moorings",\n    "moor",\n]\n')
    assert ["moorings is a file too" in line for line in tree.findings()] == [True]


def test_a_face_stays_narrow(source: Path) -> None:
    put(source, "boats/__init__.py")
    names = "\n".join(f'    "boat_{number}",' for number in range(13))
    (source / "boats" / "__init__.py").write_text(f"__all__ = [\n{names}\n]\n")
    assert list(tree.findings()) == ["boats/__init__.py: 13 names in the face, at most 12"]
