"""Finds Java, its compiler and Maven, and says in one line what to install where one is missing."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processors.errors import UsageError

OLDEST = 17  # Elasticsearch 8 and Kafka 4 want it
_INSTALL = "apt-get install openjdk-17-jdk-headless, or point JAVA_HOME at one"


@dataclass(frozen=True, slots=True)
class Java:
    """A Java installation; `version` is the feature number: 17, 21 …"""

    home: Path
    version: int

    @property
    def java(self) -> Path:
        """The launcher."""
        return self.home / "bin" / "java"

    @property
    def javac(self) -> Path:
        """The compiler. Raises UsageError where only a runtime is installed."""
        compiler = self.home / "bin" / "javac"
        if not compiler.exists():
            raise UsageError(f"{self.home} is a Java runtime without javac: install a JDK ({_INSTALL})")
        return compiler


def find_java() -> Java:
    """The Java of JAVA_HOME, else of PATH.

    Raises UsageError where there is none, or one older than 17.
    """
    home = os.environ.get("JAVA_HOME")
    launcher = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if launcher is None or not Path(launcher).exists():
        where = f"in JAVA_HOME={home}" if home else "on PATH"
        raise UsageError(f"no Java {where}: install Java {OLDEST} or newer ({_INSTALL})")
    return _inspect(launcher)


def find_maven() -> str:
    """The Maven launcher. Raises UsageError where there is none."""
    maven = shutil.which("mvn")
    if maven is None:
        raise UsageError("no Maven on PATH: it fetches Kafka and Elasticsearch (apt-get install maven)")
    return maven


@cache
def _inspect(launcher: str) -> Java:
    properties = subprocess.run(
        [launcher, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False
    ).stderr
    found = dict(
        re.findall(r"^ *(java\.home|java\.specification\.version) = (.+?) *$", properties, re.MULTILINE)
    )
    if len(found) < 2:
        raise UsageError(f"{launcher} is no working Java: install Java {OLDEST} or newer ({_INSTALL})")
    # Java 8 and older count 1.8, 1.7 …
    version = int(found["java.specification.version"].removeprefix("1.").split(".")[0])
    if version < OLDEST:
        raise UsageError(f"{launcher} is Java {version}: install Java {OLDEST} or newer ({_INSTALL})")
    return Java(Path(found["java.home"]), version)
