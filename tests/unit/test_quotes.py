"""Which quotations are somebody's words, whatever the marks look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.quotation_marks import pairs
from tests.unit.reading import heard, said
from tests.unit.timing import takes_less


@pytest.mark.parametrize(
    "body",
    [
        '"Kami datang untuk bekerja," kata Budi.',
        "“Kami datang untuk bekerja,” kata Budi.",
        "„Kami datang untuk bekerja,“ kata Budi.",
        "«Kami datang untuk bekerja,» kata Budi.",
        "»Kami datang untuk bekerja,« kata Budi.",
        "”Kami datang untuk bekerja,” kata Budi.",
        "'Kami datang untuk bekerja,' kata Budi.",
        "‘Kami datang untuk bekerja,’ kata Budi.",
        "''Kami datang untuk bekerja,'' kata Budi.",
        "``Kami datang untuk bekerja,'' kata Budi.",
        '"Kami datang untuk bekerja,” kata Budi.',
        '“Kami datang untuk bekerja," kata Budi.',
        'Dia tiba."Kami datang untuk bekerja,"kata Budi.',
        '"Kami datang untuk bekerja, " kata Budi.',
        '" Kami datang untuk bekerja," kata Budi.',
    ],
)
def test_any_marks_pair_also_mixed_ones_and_ones_on_the_wrong_side_of_a_blank(body: str) -> None:
    assert said(body) == ["Kami datang untuk bekerja,"]


@pytest.mark.parametrize(
    ("body", "quotes"),
    [
        ('"Harga naik lagi," kata Sari kepada wartawan.', ["Harga naik lagi,"]),
        ('Sari mengatakan, "Harga naik lagi."', ["Harga naik lagi."]),
        ('Sari berujar singkat: "Harga naik lagi."', ["Harga naik lagi."]),
        ('"Harga naik lagi," ia menambahkan.', ["Harga naik lagi,"]),
        ('"Harga naik," kata Sari, "dan akan terus naik."', ["Harga naik,", "dan akan terus naik."]),
        ('"Harga naik," kata Sari. "Beras juga."', ["Harga naik,", "Beras juga."]),
        ('"Tidak," kata Sari.', ["Tidak,"]),
        ('Pasar ramai. "Semua orang membeli beras hari ini."', ["Semua orang membeli beras hari ini."]),
        ('"Kapan harga turun?" tanya Sari.', ["Kapan harga turun?"]),
        ('"Harga naik lagi," demikian bunyi pernyataan kementerian itu.', ["Harga naik lagi,"]),
        ('"Harga naik lagi", kata Sari.', ["Harga naik lagi"]),
    ],
)
def test_the_cue_stands_before_amid_behind_or_nowhere(body: str, quotes: list[str]) -> None:
    assert said(body) == quotes


@pytest.mark.parametrize(
    "body",
    [
        'Tonton juga video "Detik-detik Gempa Mengguncang Kota Palu Malam Tadi."',
        'Film "Pasukan Tanpa Nama di Ujung Negeri" tayang pekan ini.',
        'Ia dijuluki "Singa Padang Pasir" oleh prajuritnya.',
        'Pemerintah menyebutnya "operasi khusus".',
        'Sari menilai harga itu "tidak masuk akal bagi petani kecil" dan meminta bantuan.',
        'Beijing berharap "pihak tertentu berhenti menggurui negara berdaulat", kata juru bicara Zhao.',
        "Jum'at lalu Ma'ruf tiba; ia tak mau 'bermain api' di Qur'an Center.",
        'Layar 15" itu retak dan monitor 24" itu hilang.',
        '"Merah Putih" adalah nama kabinet itu.',
        '""',
        '"',
    ],
)
def test_titles_nicknames_scare_quotes_fragments_and_inches_are_no_quotes(body: str) -> None:
    assert said(body) == []


def test_a_quotation_inside_another_is_part_of_it() -> None:
    body = '"Ibu bilang "jangan pergi" kepada kami," kata Budi.'
    assert said(body) == ['Ibu bilang "jangan pergi" kepada kami,']


def test_each_paragraph_of_a_long_quotation_is_one_where_the_mark_is_repeated() -> None:
    body = '"Kami datang untuk bekerja. Tidak lebih.\n\n"Besok kami pulang," kata Budi.'
    assert said(body) == ["Kami datang untuk bekerja. Tidak lebih.", "Besok kami pulang,"]


def test_one_pair_of_marks_may_span_paragraphs() -> None:
    body = '"Kami datang untuk bekerja.\n\nBesok kami pulang," kata Budi.'
    assert said(body) == ["Kami datang untuk bekerja.\n\nBesok kami pulang,"]


def test_a_mark_that_was_never_closed_costs_no_other_quote() -> None:
    body = 'Ia "pergi tanpa pamit. "Kami menunggu sampai malam," kata Budi.\n\n"Lalu hujan," ujarnya.'
    assert said(body) == ["Kami menunggu sampai malam,", "Lalu hujan,"]


def test_inches_do_not_upset_the_pairing() -> None:
    assert said('Layar 15" itu retak. "Kami ganti besok," kata Budi.') == ["Kami ganti besok,"]


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ('"We will come back tomorrow," Putin said.', "We will come back tomorrow,"),
        ('"We will come back tomorrow," said Putin.', "We will come back tomorrow,"),
        ('He said: "We will come back tomorrow."', "We will come back tomorrow."),
        ("'We don't know yet,' she told reporters.", "We don't know yet,"),
    ],
)
def test_english_copy_is_read_by_the_english_pack(body: str, quote: str) -> None:
    assert said(body, "en") == [quote]


MARKS = st.text(st.sampled_from("\"“”„«»'’‘ \n.,?aBé́😀kata ujarnya:"), max_size=400)


@given(MARKS)
def test_offsets_are_exact_and_pairs_neither_cross_nor_nest(body: str) -> None:
    end = 0
    for pair in pairs(body):
        assert end <= pair.open < pair.start < pair.end <= pair.close <= len(body)
        assert body[pair.start : pair.end] == body[pair.start : pair.end].strip()
        end = pair.close


@given(MARKS)
def test_every_mention_of_a_quote_is_the_text_at_its_place(body: str) -> None:
    for quote in heard(body):
        for part in (quote, quote.speaker_mention, quote.cue):
            assert part is None or body[part.start : part.end] == part.text


SENTENCE = '"Kami memantau keadaan dengan cermat," kata Budi Santoso di Jakarta. '


@pytest.mark.parametrize(
    "body",
    [
        SENTENCE * 2500 + "Belum ada keterangan lain. " * 30_000,
        '"' * 1_000_000,
        "“Kata orang jangan pergi dulu " * 10_000,
        "“Kata orang jangan pergi dulu\n\n" * 10_000,
        "'a,' " * 50_000,
        "mengatakan " * 50_000,
    ],
    ids=[
        "5000 marks in 1 MB",
        "only marks",
        "unbalanced",
        "unbalanced paragraphs",
        "single marks",
        "only cues",
    ],
)
def test_time_grows_with_the_text_and_no_faster(body: str) -> None:
    assert takes_less(10, lambda: heard(body, PER="Budi Santoso"))
