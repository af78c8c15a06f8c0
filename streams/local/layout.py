"""The folders of one server."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

from streams.local.account import Account, account_for, server_folder
from streams.local.distribution import recipe


@dataclass(frozen=True, slots=True)
class Layout:
    """Below `folder`: data, logs, config and tmp, all writable for the account that runs the server."""

    folder: Path
    account: Account | None

    @classmethod
    def make(cls, home: Path, name: str) -> "Layout":
        """Makes the folders that are missing."""
        folder = server_folder(home, name)
        layout = cls(folder, account_for(folder))
        if layout.tmp.exists():
            shutil.rmtree(layout.tmp)  # a killed server leaves its scratch files
        for part in ("data", "logs", "config", "tmp"):
            (folder / part).mkdir(exist_ok=True)
            layout.own(folder / part)
        return layout

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def tmp(self) -> Path:
        return self.folder / "tmp"

    @property
    def console(self) -> Path:
        """What the server printed since it was last started."""
        return self.logs / "console.log"

    def write_config(self, template: str, values: dict[str, object] | None = None) -> Path:
        """Fills in a template of deploy/local; without values it is copied as it is."""
        source = recipe(template)
        target = self.config / source.name
        text = source.read_text()
        target.write_text(Template(text).substitute(values) if values else text)
        self.own(target)
        return target

    def own(self, path: Path) -> None:
        """Hands a file to the account that runs the server."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
