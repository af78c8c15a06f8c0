"""A watched folder gives complete files once, and what it gave is remembered."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.feeds.ledger import Ledger
from streams.feeds.watch import Root, complete_files

ARTICLE = "SURABAYA - Galangan kapal mulai membangun dua korvet, kata direkturnya."
DEADLINE_SECONDS = 20.0


class Watching:
    """Takes what comes out of a watched folder, in a thread."""

    def __init__(self, folder: Path, ledger_path: Path) -> None:
        self.taken: list[str] = []
        self._folder = folder
        self._ledger_path = ledger_path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with Ledger(self._ledger_path, "uji") as ledger:
            for batch in complete_files([Root(self._folder, "masuk")], ledger.knows, self._stop):
                self.taken += [one.file.locator for one in batch]
                ledger.add((one.root.feed, one.file.locator, one.stamp) for one in batch)

    def wait_for(self, *locators: str) -> None:
        until(lambda: self.taken == list(locators), lambda: f"taken: {self.taken}")

    def close(self) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_SECONDS)


def until(condition: Callable[[], bool], said: Callable[[], str]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, said()
        threading.Event().wait(0.02)


Watch = Callable[[], Watching]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "masuk"
    path.mkdir()
    return path


@pytest.fixture
def watch(tmp_path: Path, folder: Path) -> Iterator[Watch]:
    started: list[Watching] = []

    def start() -> Watching:
        started.append(Watching(folder, tmp_path / "home" / "fed.sqlite"))
        return started[-1]

    yield start
    for watching in started:
        watching.close()


def test_files_already_there_come_first_in_order(folder: Path, watch: Watch) -> None:
    (folder / "dalam").mkdir()
    for name in ("b.txt", "a.txt", "dalam/c.txt", ".tersembunyi", "d.txt.part"):
        (folder / name).write_text(ARTICLE)

    watch().wait_for("a.txt", "b.txt", "dalam/c.txt")


def test_a_file_renamed_in_comes_and_so_does_one_in_a_new_folder(folder: Path, watch: Watch) -> None:
    watching = watch()
    watching.wait_for()
    (folder / ".korvet.txt").write_text(ARTICLE)
    (folder / ".korvet.txt").rename(folder / "korvet.txt")
    watching.wait_for("korvet.txt")

    (folder / "baru").mkdir()
    (folder / "baru" / "kapal.txt").write_text(ARTICLE)
    watching.wait_for("korvet.txt", "baru/kapal.txt")


def test_a_file_still_open_for_writing_waits_however_long_it_pauses(folder: Path, watch: Watch) -> None:
    watching = watch()
    with (folder / "lambat.txt").open("w") as slow:
        slow.write(ARTICLE[:20])
        slow.flush()
        (folder / "cepat.txt").write_text(ARTICLE)
        watching.wait_for("cepat.txt")
        slow.write(ARTICLE[20:])
    watching.wait_for("cepat.txt", "lambat.txt")


def test_a_restart_gives_nothing_twice_but_what_changed_and_what_is_new(folder: Path, watch: Watch) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(ARTICLE)
    first = watch()
    first.wait_for("a.txt", "b.txt")
    first.close()

    (folder / "b.txt").write_text(ARTICLE + " Diperbarui.")
    (folder / "c.txt").write_text(ARTICLE)
    watch().wait_for("b.txt", "c.txt")


def test_a_file_that_changes_comes_again(folder: Path, watch: Watch) -> None:
    (folder / "a.txt").write_text(ARTICLE)
    watching = watch()
    watching.wait_for("a.txt")

    (folder / "a.txt").write_text(ARTICLE + " Diperbarui.")
    watching.wait_for("a.txt", "a.txt")


def test_a_file_taken_away_again_is_forgotten(folder: Path, watch: Watch) -> None:
    watching = watch()
    with (folder / "batal.txt").open("w") as open_file:
        open_file.write(ARTICLE)
        open_file.flush()
        (folder / "batal.txt").unlink()
    (folder / "jadi.txt").write_text(ARTICLE)

    watching.wait_for("jadi.txt")


def test_a_link_to_nothing_is_given_once_as_refused(folder: Path, watch: Watch) -> None:
    (folder / "putus.txt").symlink_to(folder / "tiada")
    first = watch()
    first.wait_for("putus.txt")
    first.close()

    second = watch()
    (folder / "utuh.txt").write_text(ARTICLE)
    second.wait_for("utuh.txt")


def test_destinations_and_feeds_are_remembered_apart(tmp_path: Path) -> None:
    path = tmp_path / "fed.sqlite"
    with Ledger(path, "satu/wire.raw") as one, Ledger(path, "dua/wire.raw") as other:
        one.add([("antara", "a.txt", "1:2")])

        assert one.knows("antara", "a.txt", "1:2")
        assert not one.knows("antara", "a.txt", "1:3")
        assert not one.knows("lain", "a.txt", "1:2")
        assert not other.knows("antara", "a.txt", "1:2")
