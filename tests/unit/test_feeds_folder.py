"""What a folder, an archive and its lines give, and what they refuse."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import Reason
from streams.feeds import bounded
from streams.feeds.folder import Payload, Refused, payloads

ARTICLE = b"JAKARTA, 23 November - Kementerian Pertahanan menyatakan latihan bersama dimulai pekan depan.\n"
LINES = b'{"id": "1", "text": "Satu."}\n\n   \r\n{"id": "2", "text": "Dua."}\r\n{"id": "3", "text": "Tiga."}'


def found(path: Path, limit: int = 1 << 20) -> dict[str, bytes | Reason]:
    """Contents, or reasons of refusal, by locator."""
    return {
        one.locator: one.content if isinstance(one, Payload) else one.reason for one in payloads(path, limit)
    }


def refused(path: Path, limit: int = 1 << 20) -> Refused:
    (only,) = [one for one in payloads(path, limit) if isinstance(one, Refused)]
    return only


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class TestFolders:
    def test_files_come_sorted_with_paths_relative_to_the_folder(self, tmp_path: Path) -> None:
        for name in ("b.txt", "a/2.txt", "a/1.txt", "a/dalam/3.txt"):
            path = tmp_path / "antara" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(ARTICLE)

        assert list(found(tmp_path / "antara")) == ["a/1.txt", "a/2.txt", "a/dalam/3.txt", "b.txt"]

    def test_a_single_file_is_known_by_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "latihan.txt").write_bytes(ARTICLE)

        assert found(tmp_path / "latihan.txt") == {"latihan.txt": ARTICLE}

    def test_hidden_and_temporary_files_are_passed_over(self, tmp_path: Path) -> None:
        for name in (".DS_Store", "naskah.txt.part", "naskah.tmp", "naskah.txt~", "naskah.txt"):
            (tmp_path / name).write_bytes(ARTICLE)
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "config").write_bytes(b"x")

        assert list(found(tmp_path)) == ["naskah.txt"]

    def test_a_link_to_a_folder_above_ends(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "1.txt").write_bytes(ARTICLE)
        (tmp_path / "a" / "atas").symlink_to(tmp_path)

        assert list(found(tmp_path)) == ["a/1.txt"]

    def test_a_link_to_nothing_is_refused_and_the_rest_comes(self, tmp_path: Path) -> None:
        (tmp_path / "putus").symlink_to(tmp_path / "tiada")
        (tmp_path / "utuh.txt").write_bytes(ARTICLE)

        assert found(tmp_path) == {"putus": Reason.UNREADABLE, "utuh.txt": ARTICLE}

    def test_a_pipe_is_refused_without_being_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipa")

        assert found(tmp_path) == {"pipa": Reason.UNREADABLE}
        assert found(tmp_path / "pipa") == {"pipa": Reason.UNREADABLE}

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "rahasia.txt").write_bytes(ARTICLE)
        (tmp_path / "rahasia.txt").chmod(0)

        assert found(tmp_path) == {"rahasia.txt": Reason.UNREADABLE}

    def test_names_that_are_no_text_become_text(self, tmp_path: Path) -> None:
        (tmp_path / "berita – édisi.txt").write_bytes(ARTICLE)
        (tmp_path / os.fsdecode(b"caf\xe9\n.txt")).write_bytes(ARTICLE)

        assert list(found(tmp_path)) == ["berita – édisi.txt", "caf\\udce9\\n.txt"]

    def test_the_limit_is_inclusive_and_what_is_over_it_is_hashed(self, tmp_path: Path) -> None:
        (tmp_path / "pas.txt").write_bytes(b"x" * 1000)
        (tmp_path / "lebih.txt").write_bytes(b"y" * 1001)

        assert found(tmp_path, limit=1000) == {"lebih.txt": Reason.TOO_LARGE, "pas.txt": b"x" * 1000}
        only = refused(tmp_path, limit=1000)
        assert (only.size, only.sha256) == (1001, hashlib.sha256(b"y" * 1001).hexdigest())

    def test_bytes_read_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(ARTICLE)
        (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(LINES))
        counts: list[int] = []

        list(payloads(tmp_path, on_bytes=counts.append))

        assert sum(counts) == sum(path.stat().st_size for path in tmp_path.iterdir())


class TestLines:
    def test_a_line_is_a_payload_known_by_its_number_and_blank_ones_count(self, tmp_path: Path) -> None:
        (tmp_path / "wire.jsonl").write_bytes(LINES)

        assert found(tmp_path) == {
            "wire.jsonl:1": b'{"id": "1", "text": "Satu."}',
            "wire.jsonl:4": b'{"id": "2", "text": "Dua."}',
            "wire.jsonl:5": b'{"id": "3", "text": "Tiga."}',
        }

    def test_a_byte_order_mark_is_no_part_of_the_first_line(self, tmp_path: Path) -> None:
        (tmp_path / "wire.jsonl").write_bytes(b"\xef\xbb\xbf" + LINES)

        assert found(tmp_path)["wire.jsonl:1"] == b'{"id": "1", "text": "Satu."}'

    def test_a_line_over_the_limit_is_refused_and_the_next_comes(self, tmp_path: Path) -> None:
        long = b"z" * (bounded.CHUNK + 10)
        (tmp_path / "wire.jsonl").write_bytes(b"{}\n" + long + b"\n[]\n")

        assert found(tmp_path, limit=100) == {
            "wire.jsonl:1": b"{}",
            "wire.jsonl:2": Reason.TOO_LARGE,
            "wire.jsonl:3": b"[]",
        }
        only = refused(tmp_path, limit=100)
        assert (only.size, only.sha256) == (len(long), hashlib.sha256(long).hexdigest())

    def test_what_comes_before_the_damage_is_read(self, tmp_path: Path) -> None:
        whole = b"".join(
            b'{"id": "%d", "text": "%s"}\n' % (n, os.urandom(20).hex().encode()) for n in range(500)
        )
        (tmp_path / "wire.jsonl.gz").write_bytes(gzip.compress(whole)[:-4000])

        *lines, last = payloads(tmp_path)

        assert 100 < len(lines) < 500
        assert [json.loads(line.content)["id"] for line in lines if isinstance(line, Payload)] == [
            str(n) for n in range(len(lines))
        ]
        assert isinstance(last, Refused)
        assert (last.locator, last.reason) == (f"wire.jsonl.gz:{len(lines) + 1}", Reason.UNREADABLE)

    @given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"").rstrip(b"\r"))))
    def test_lines_come_back_as_they_were_written(self, lines: list[bytes]) -> None:
        stream = io.BytesIO(b"".join(line + b"\r\n" for line in lines))
        measure = bounded.Measure(0)

        read = [bounded.line(stream, 40, measure) for _ in lines]

        assert read == lines
        assert bounded.line(stream, 40, measure) is None


class TestArchives:
    MEMBERS = {"dir/a.txt": ARTICLE, "wire.jsonl": LINES, "__MACOSX/._a.txt": b"x", ".tersembunyi": b"x"}
    HELD = {
        "dir/a.txt": ARTICLE,
        "wire.jsonl:1": b'{"id": "1", "text": "Satu."}',
        "wire.jsonl:4": b'{"id": "2", "text": "Dua."}',
        "wire.jsonl:5": b'{"id": "3", "text": "Tiga."}',
    }

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("wire.zip", zipped(MEMBERS)),
            ("WIRE.ZIP", zipped(MEMBERS)),
            ("wire.tar", tarred(MEMBERS)),
            ("wire.tar.gz", gzip.compress(tarred(MEMBERS))),
            ("wire.tgz", gzip.compress(tarred(MEMBERS))),
        ],
    )
    def test_members_and_their_lines_are_payloads(self, tmp_path: Path, name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(content)

        assert found(tmp_path) == {f"{name}!{inside}": held for inside, held in self.HELD.items()}

    def test_compressed_lines_in_an_archive_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "wire.zip").write_bytes(zipped({"w.jsonl.gz": gzip.compress(b"{}\n[]\n")}))

        assert found(tmp_path) == {"wire.zip!w.jsonl.gz:1": b"{}", "wire.zip!w.jsonl.gz:2": b"[]"}

    def test_an_archive_in_an_archive_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "luar.zip").write_bytes(zipped({"dalam.zip": zipped({"a.txt": b"A"}), "b.txt": b"B"}))

        assert found(tmp_path) == {"luar.zip!dalam.zip": Reason.UNREADABLE, "luar.zip!b.txt": b"B"}

    @pytest.mark.parametrize("name", ["rusak.zip", "rusak.tar", "rusak.tar.gz", "rusak.jsonl.gz"])
    def test_a_damaged_archive_is_refused_and_the_next_file_comes(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"ini bukan arsip " * 100)
        (tmp_path / "utuh.txt").write_bytes(ARTICLE)

        result = found(tmp_path)

        assert result.pop("utuh.txt") == ARTICLE
        assert list(result.values()) == [Reason.UNREADABLE]

    def test_a_damaged_member_is_refused_and_the_others_come(self, tmp_path: Path) -> None:
        content = bytearray(zipped({"a.txt": b"A" * 50, "b.txt": os.urandom(200), "c.txt": b"C" * 50}))
        content[content.index(b"b.txt") + 60] ^= 0xFF  # inside the data of b.txt: its checksum tells
        (tmp_path / "wire.zip").write_bytes(content)

        assert found(tmp_path) == {
            "wire.zip!a.txt": b"A" * 50,
            "wire.zip!b.txt": Reason.UNREADABLE,
            "wire.zip!c.txt": b"C" * 50,
        }

    @pytest.mark.parametrize("cut", [100, 512, 1500])
    def test_a_tar_cut_short_tells_so(self, tmp_path: Path, cut: int) -> None:
        whole = tarred({"a.txt": b"A" * 600, "b.txt": b"B" * 600})
        whole = whole[: 2 * (512 + 1024) + 512]  # without the padding to whole records
        (tmp_path / "wire.tar").write_bytes(whole[:-cut])

        result = found(tmp_path)

        assert result["wire.tar!a.txt"] == b"A" * 600
        assert result["wire.tar"] is Reason.UNREADABLE

    def test_garbage_between_members_of_a_tar_is_not_taken_for_its_end(self, tmp_path: Path) -> None:
        whole = bytearray(tarred({"a.txt": b"A" * 512, "b.txt": b"B" * 512}))
        whole[1024:1536] = b"\x07" * 512  # the header of b.txt
        (tmp_path / "wire.tar.gz").write_bytes(gzip.compress(bytes(whole)))

        assert found(tmp_path) == {"wire.tar.gz!a.txt": b"A" * 512, "wire.tar.gz": Reason.UNREADABLE}

    def test_a_link_in_a_tar_is_refused(self, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "wire.tar", "w") as archive:
            info = tarfile.TarInfo("passwd")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)

        assert found(tmp_path) == {"wire.tar!passwd": Reason.UNREADABLE}

    def test_an_encrypted_member_is_refused(self, tmp_path: Path) -> None:
        content = bytearray(zipped({"a.txt": b"A"}))
        content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
        content[6] |= 1
        (tmp_path / "wire.zip").write_bytes(content)

        assert "password" in refused(tmp_path).detail

    @pytest.mark.parametrize("name", ["bom.zip", "bom.tar.gz", "bom.jsonl.gz"])
    def test_an_archive_that_expands_without_measure_is_stopped(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(bounded, "FLOOR", 1 << 20)
        zeros = bytes(8 << 20)
        content = {
            "bom.zip": zipped({"a.txt": zeros, "b.txt": b"B"}),
            "bom.tar.gz": gzip.compress(tarred({"a.txt": zeros, "b.txt": b"B"})),
            "bom.jsonl.gz": gzip.compress(zeros),
        }[name]
        (tmp_path / name).write_bytes(content)

        assert found(tmp_path, limit=1000) == {name: Reason.UNREADABLE}
        assert "expands" in refused(tmp_path, limit=1000).detail

    @given(
        st.binary(max_size=600), st.sampled_from([".zip", ".tar", ".tar.gz", ".tgz", ".jsonl", ".jsonl.gz"])
    )
    def test_no_bytes_whatever_stop_a_feed(self, content: bytes, suffix: str) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"wire{suffix}"
            path.write_bytes(content)

            list(payloads(path))

    def test_a_member_whose_name_is_damaged_away_is_refused_and_costs_no_other(self, tmp_path: Path) -> None:
        content = bytearray(zipped(self.MEMBERS))
        name = content.index(b"PK\x01\x02") + 46  # of the first member, in the archive's directory
        content[name] = 0  # names end at a NUL
        path = tmp_path / "wire.zip"
        path.write_bytes(content)

        nameless, *others = payloads(path)
        assert isinstance(nameless, Refused)
        assert others

    @given(
        st.sampled_from([zipped(MEMBERS), tarred(MEMBERS), gzip.compress(tarred(MEMBERS), mtime=0)]),
        st.integers(min_value=0),
        st.integers(0, 255),
    )
    def test_no_flipped_byte_stops_a_feed(self, content: bytes, place: int, byte: int) -> None:
        suffix = {b"PK": ".zip", b"\x1f\x8b": ".tar.gz"}.get(content[:2], ".tar")
        changed = bytearray(content)
        changed[place % len(content)] = byte
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"wire{suffix}"
            path.write_bytes(changed)

            assert list(payloads(path))
