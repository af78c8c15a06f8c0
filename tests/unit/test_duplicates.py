"""When two bodies are copies of each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import duplicates
from processors.duplicates import THRESHOLD, signature, similarity

STORY = """\
Surabaya (WARTA) - TNI Angkatan Laut menerima dua kapal cepat rudal dari galangan dalam negeri, Senin.

Kepala Dinas Penerangan Laksamana Pertama Bagus Hartono mengatakan kedua kapal itu selesai dua bulan lebih \
cepat daripada jadwal yang disepakati dalam kontrak senilai Rp1,2 triliun.

"Uji senjata di Laut Jawa berjalan baik, dan awaknya sudah berlatih sejak Maret," katanya dalam upacara di \
dermaga Ujung.

Kedua kapal akan ditempatkan di Natuna dan Tarakan. Masing-masing berawak 35 orang dan dapat berlayar \
sembilan hari tanpa mengisi bahan bakar.

Galangan itu masih mengerjakan empat kapal sejenis yang dipesan tahun lalu. Yang pertama akan diluncurkan \
pada Agustus, kata direktur produksinya, Retno Wulandari.

Komisi I DPR menyambut penyerahan itu. Anggotanya, Haris Maulana, meminta agar suku cadang juga dibuat di \
dalam negeri sehingga armada tidak bergantung pada pemasok asing.
"""
OTHER = """\
Yogyakarta (WARTA) - Pemerintah kota menutup sementara tiga ruas jalan di sekitar pasar untuk perbaikan \
saluran air. Pekerjaan dimulai Kamis malam dan berlangsung dua pekan, kata kepala dinas pekerjaan umum. \
Warga diminta memakai jalan lingkar, sedangkan pedagang tetap boleh berjualan di sisi utara pada pagi \
hari."""


def rates(day: str, buying: str, selling: str, gram: str) -> str:
    """The daily piece that is always the same but for its figures."""
    return (
        f"Harga emas batangan pada {day} tercatat Rp{selling} per gram, demikian laman resmi penjualnya. "
        f"Adapun harga beli kembali berada di angka Rp{buying} per gram. Untuk ukuran setengah gram pembeli "
        f"membayar Rp{gram}. Penjualan kembali dengan nilai lebih dari sepuluh juta rupiah dikenai pajak "
        "penghasilan, yang langsung dipotong dari jumlah yang dibayarkan kepada penjual."
    )


def paragraphs(text: str) -> list[str]:
    return text.strip().split("\n\n")


def likeness(one: str, other: str) -> float:
    first, second = signature(one), signature(other)
    assert first
    assert second
    return similarity(first, second)


@pytest.mark.parametrize(
    "copy",
    [
        STORY.replace("\n\n", "\n"),
        STORY.upper(),
        STORY.replace('"', "”").replace(" - ", " — "),
        "\n\n".join(paragraphs(STORY)[:4]),
        "\n\n".join([*paragraphs(STORY)[1:], "Baca juga laporan kami tentang anggaran pertahanan."]),
        "\n\n".join(paragraphs(STORY)[:2] + paragraphs(STORY)[2:][::-1]),
        STORY.replace("Senin", "pada Senin kemarin").replace("menerima", "resmi menerima"),
    ],
    ids=["layout", "case", "marks", "cut", "another outlet's ends", "paragraphs moved", "a few words"],
)
def test_an_edited_copy_is_a_copy(copy: str) -> None:
    assert likeness(STORY, copy) >= THRESHOLD


def test_another_story_has_nothing_in_common() -> None:
    assert likeness(STORY, OTHER) < 0.05


def test_the_daily_piece_with_other_figures_is_no_copy_and_with_the_same_figures_it_is() -> None:
    monday = rates("Senin (17/11)", "1.797.000", "1.951.000", "1.025.500")
    assert likeness(monday, rates("Selasa (18/11)", "1.770.000", "1.924.000", "1.012.000")) < THRESHOLD
    assert likeness(monday, "Jakarta (WARTA) - " + monday) >= THRESHOLD


def test_of_short_bodies_only_the_same_words_are_a_copy() -> None:
    flash = "Gempa magnitudo 5,1 mengguncang Maluku Tengah, Senin pagi, tidak berpotensi tsunami."
    assert likeness(flash, flash.upper() + "\n") == 1.0
    assert likeness(flash, flash.replace("5,1", "5,2")) == 0.0


def test_captions_and_empty_bodies_have_no_signature() -> None:
    for body in (
        "",
        "   ",
        "Foto: Warta/Bagus",
        "!!! ??? ...",
        "satu dua tiga empat lima enam tujuh delapan sembilan",
    ):
        assert signature(body) is None


def test_a_signature_stays_what_it_is_in_another_process_or_another_version() -> None:
    """Stored signatures are compared with new ones: a change of the algorithm must be noticed."""
    found = signature(OTHER)
    assert found is not None
    assert duplicates.decoded(found)[:4].tolist() == [53588, 63455, 64661, 44676]
    assert len(found) == 344


def test_a_very_long_body_is_read_from_its_beginning() -> None:
    beginning = " ".join(f"kata{n}" for n in range(25_000))
    assert likeness(beginning, beginning + " tambahan" * 5_000) == 1.0


@pytest.mark.parametrize("damaged", ["", "AAAA", "tidak", "\u20ac"])
def test_what_is_no_signature_is_told(damaged: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        duplicates.decoded(damaged)


@given(st.lists(st.integers(0, 60), min_size=40, max_size=300), st.lists(st.integers(0, 60), min_size=40))
def test_similarity_estimates_what_two_texts_have_in_common(one: list[int], other: list[int]) -> None:
    first, second = (
        " ".join(f"kata{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in each) for each in (one, other)
    )

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text)
        return {tuple(words[start : start + 4]) for start in range(len(words) - 3)}

    exact = len(runs(first) & runs(second)) / len(runs(first) | runs(second))
    assert likeness(first, second) == pytest.approx(exact, abs=0.25)  # 7 standard errors
    assert likeness(first, second) == likeness(second, first)


@given(st.text())
def test_any_text_has_a_signature_that_can_be_read_or_none(text: str) -> None:
    found = signature(text)
    assert found is None or similarity(found, found) == 1.0
