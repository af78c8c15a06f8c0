"""The servers' files: fetched from Maven Central once, checked, shared by every clone of this user."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

from filelock import FileLock

from processors.errors import ServiceError, UsageError
from streams.local.account import as_root, passable, trusted_outside
from streams.local.java import Java, find_maven
from streams.local.space import disk_full, require_space

Report = Callable[[str], None]

RECIPE = Path(__file__).resolve().parents[2] / "deploy" / "local"
_NEEDED_MB = 500  # both servers, packed and unpacked
_PLUGIN = "kawat-analysis"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where the fetched servers lie; read-only for those who run them."""

    kafka: Path  # a folder of jars
    elasticsearch: Path  # its ES_HOME, the analysis plugin within


def recipe(name: str) -> Path:
    """A file of deploy/local. Raises UsageError outside a checkout."""
    path = RECIPE / name
    if not path.exists():
        raise UsageError(f"{path} is missing: the local servers need a checkout of Kawat (pip install -e .)")
    return path


def obtain(java: Java, report: Report) -> Distribution:
    """The servers, fetched and built where they are missing or damaged.

    Safe for several processes at once. Raises UsageError without Maven or javac, ServiceError where
    the fetch fails.
    """
    shelf = _shelf()
    place = shelf / f"servers-{_digest()}"
    if _complete(place):
        return _at(place)
    with FileLock(shelf / "fetch.lock"):
        if not _complete(place):
            _build(place, java, report)
    return _at(place)


def _at(place: Path) -> Distribution:
    return Distribution(place / "kafka", place / "elasticsearch")


def _shelf() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    shelf = cache / "kawat"
    try:
        shelf.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{shelf}: {error.strerror}: choose another folder with XDG_CACHE_HOME") from None
    if as_root() and not passable(shelf):
        return trusted_outside("kawat-cache")
    return shelf


def _digest() -> str:
    """A new recipe gets a place of its own."""
    digest = hashlib.sha256()
    parts = [recipe("pom.xml"), *(path for path in sorted(recipe("analysis").rglob("*")) if path.is_file())]
    for path in parts:
        digest.update(path.relative_to(RECIPE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _complete(place: Path) -> bool:
    """Whether every file is there in its full size."""
    try:
        sizes: dict[str, int] = json.loads((place / "files.json").read_text())
    except (OSError, ValueError):
        return False
    return all(_size(place / name) == size for name, size in sizes.items())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _build(place: Path, java: Java, report: Report) -> None:
    require_space(place.parent, _NEEDED_MB)
    javac = java.javac
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="building-") as name:
        scratch = Path(name)
        fresh = scratch / "servers"
        packed = _fetch(scratch, java, report)
        report("building Elasticsearch's analysis plugin")
        _unpack(packed, fresh / "elasticsearch")
        _compile_plugin(javac, fresh / "elasticsearch", packed.stem.removeprefix("elasticsearch-"))
        packed.unlink()
        (scratch / "jars").rename(fresh / "kafka")
        _publish(fresh, place)


def _fetch(scratch: Path, java: Java, report: Report) -> Path:
    """Kafka's jars into `jars`, and the path of Elasticsearch's zip."""
    maven = find_maven()
    report("fetching Kafka and Elasticsearch from Maven Central (150 MB, once)")
    jars = scratch / "jars"
    _run_maven(maven, java, jars)
    if broken := _broken(jars):
        report(f"{broken[0].name} is damaged: fetching again")
        shutil.rmtree(jars)
        # Maven's own store keeps the damaged file, so this time it gets an empty one
        _run_maven(maven, java, jars, f"-Dmaven.repo.local={scratch / 'store'}")
        if broken := _broken(jars):
            raise ServiceError(f"{broken[0].name} was fetched twice and is damaged: is the mirror in order?")
    found = list(jars.glob("elasticsearch-*.zip"))
    if len(found) != 1:
        raise ServiceError("Maven fetched no Elasticsearch: see deploy/local/pom.xml")
    packed = scratch / found[0].name
    found[0].rename(packed)
    return packed


def _run_maven(maven: str, java: Java, jars: Path, *options: str) -> None:
    command = [
        maven, "--batch-mode", "--file", str(recipe("pom.xml")), *options,
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}",
    ]  # fmt: skip
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "JAVA_HOME": str(java.home)},
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    if disk_full(done.stdout):
        raise ServiceError(f"disk full: no space left for Maven's downloads or in {jars.parents[1]}")
    errors = [
        line.removeprefix("[ERROR] ") for line in done.stdout.splitlines() if line.startswith("[ERROR] ")
    ]
    said = errors[0].removesuffix(" -> [Help 1]") if errors else done.stdout.strip()[-300:]
    raise ServiceError(f"Maven could not fetch Kafka and Elasticsearch; is Maven Central in reach? {said}")


def _broken(jars: Path) -> list[Path]:
    return [path for path in sorted(jars.iterdir()) if not _sound(path)]


def _sound(archive: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError):
        return False


def _unpack(packed: Path, into: Path) -> None:
    """Unpacks the zip's one top folder as `into`, with the permissions that zipfile forgets."""
    unpacked = packed.parent / "unpacked"
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(unpacked)
        for member in opened.infolist():
            if mode := stat.S_IMODE(member.external_attr >> 16):
                (unpacked / member.filename).chmod(mode)
    (top,) = unpacked.iterdir()
    into.parent.mkdir()
    top.rename(into)


def _compile_plugin(javac: Path, home: Path, version: str) -> None:
    plugin = home / "plugins" / _PLUGIN
    classes = home.parent / "classes"
    source = recipe("analysis")
    libraries = os.pathsep.join(map(str, sorted((home / "lib").glob("*.jar"))))
    options = ("--release", "17", "-proc:none", "-nowarn", "-cp", libraries, "-d", classes)
    done = subprocess.run(
        [javac, *options, *source.rglob("*.java")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"the analysis plugin does not compile: {done.stderr.strip().splitlines()[0]}")
    plugin.mkdir(parents=True)
    with zipfile.ZipFile(plugin / f"{_PLUGIN}.jar", "w") as jar:
        for path in sorted(classes.rglob("*.class")):
            jar.write(path, path.relative_to(classes).as_posix())
    shutil.rmtree(classes)
    descriptor = Template((source / "plugin-descriptor.properties").read_text())
    (plugin / "plugin-descriptor.properties").write_text(descriptor.substitute(elasticsearch_version=version))


def _publish(fresh: Path, place: Path) -> None:
    """Moves the finished servers to their place; whoever sees them sees them whole."""
    sizes = {}
    for path in sorted(fresh.rglob("*")):
        readable = 0o755 if path.is_dir() else 0o644  # for nobody, whatever the umask
        path.chmod(path.stat().st_mode | readable)
        if path.is_file():
            sizes[path.relative_to(fresh).as_posix()] = path.stat().st_size
    fresh.chmod(0o755)
    (fresh / "files.json").write_text(json.dumps(sizes))
    with suppress(FileNotFoundError):
        shutil.rmtree(place)  # a damaged one
    fresh.rename(place)
