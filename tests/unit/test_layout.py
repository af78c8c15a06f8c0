"""How the parts depend on each other."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import processors
import streams

LOADED = (
    "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; print(*sys.modules)"
)


def test_processors_know_nothing_of_streams() -> None:
    imported = {name for path in _files(processors) for name in _imports(path)}
    assert not {name for name in imported if name.split(".")[0] == "streams"}


def test_only_what_tags_loads_the_tagger() -> None:
    """It takes seconds and hundreds of megabytes, which no search and no other stage should pay."""
    every = [_module(path) for path in _files(streams) if path.name != "__main__.py"]
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED, *every], capture_output=True, text=True, check=True
    )
    assert "streams.elastic.quotes" in loaded.stdout.split()
    assert not {"torch", "stanza"} & set(loaded.stdout.split())


def _files(package: ModuleType) -> Iterator[Path]:
    return Path(str(package.__file__)).parent.rglob("*.py")


def _module(path: Path) -> str:
    parts = path.relative_to(Path(str(streams.__file__)).parent.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
