"""Words and sentences by rule: every text keeps its characters, newswire is read rightly, nothing is slow."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.splitting import KINDS, split, word_spans
from processors.wordlists import table
from tests.unit.strange import STRANGE

LINE_ENDS = set("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")

# Text as no editor would write it: letters of many scripts, marks, controls, emoji, stops, addresses, gaps.
ODD = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            "\"'“”‘’«».,!?;:()[]-–—…/&@%$ \n\t\r\x85\u2028\u200b\u200d\ufeff\u0301\u00ad\x00😀👨é北"
        ),
        st.sampled_from("AaBbKR0129"),
    ),
    max_size=120,
)
PIECES = [
    "Kim Jong-un",
    "dia.Sementara itu",
    "AS.Menurut",
    "Rp 1,5",
    "Dr. ",
    '."',
    '" kata ',
    "1. ",
    "2. Harga",
    "S.H., M.Si.",
    "(Purn.)",
    "[...]",
    "https://a.co/b?c.",
    "www.",
    "a@b.co.id",
    "KOMPAS.com",
    "dll.",
    "U.S.",
    "J.K.Rowling",
    "...",
    "?!",
    "''",
    "\n",
    "No. 5",
    "vitamin C.",
]
MIXED = st.lists(st.one_of(ODD, st.sampled_from(PIECES)), max_size=12).map("".join)


def check(text: str, sentences: list[list[tuple[int, int]]]) -> None:
    """Every character but white space is in one token, in order; a sentence lies in one line."""
    at = 0
    for sentence in sentences:
        assert sentence
        assert not LINE_ENDS & set(text[sentence[0][0] : sentence[-1][1]])
        for start, end in sentence:
            assert at <= start < end
            assert not text[at:start].strip()
            assert len(text[start:end].split()) == 1
            at = end
    assert not text[at:].strip()


def sentences(text: str, language: str = "id") -> list[str]:
    return [text[found[0][0] : found[-1][1]] for found in split(text, language)]


def tokens(text: str) -> str:
    return "|".join(text[start:end] for sentence in split(text) for start, end in sentence)


def seconds(text: str) -> float:
    begun = time.process_time()
    split(text)
    return time.process_time() - begun


@settings(max_examples=300, deadline=None)
@given(MIXED, st.sampled_from(["id", "en", "xx"]))
def test_every_character_but_white_space_is_in_one_token(text: str, language: str) -> None:
    check(text, split(text, language))


@settings(deadline=None)
@given(MIXED, MIXED)
def test_a_line_is_split_alike_wherever_it_stands(first: str, second: str) -> None:
    def alone(text: str) -> list[str]:
        return [sentence for line in text.split("\n") for sentence in sentences(line)]

    text = f"{first}\n{second}"
    assert sentences(text) == alone(text)


@given(st.text())
def test_words_by_rule_cover_all_but_white_space(text: str) -> None:
    assert "".join(text[a:b] for a, b in word_spans(text)) == "".join(text.split())


def test_words_of_newswire() -> None:
    text = "Rp42,5 miliar untuk negara-negara, Undang-undang, kata Prabowo-Gibran (Jum'at 7/10 pukul 12.30)."
    assert "|".join(text[a:b] for a, b in word_spans(text)) == (
        "Rp|42,5|miliar|untuk|negara-negara|,|Undang-undang|,|kata|"
        "Prabowo|-|Gibran|(|Jum'at|7/10|pukul|12.30|)|."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Menurut Dr. Budi, S.H., M.Si. dan J. Kris, hadir.",
            "Menurut|Dr.|Budi|,|S.H.|,|M.Si.|dan|J.|Kris|,|hadir|.",
        ),
        ("A.H. Karim dan J.K.Rowan dari U.S. tiba.", "A.H.|Karim|dan|J.K.|Rowan|dari|U.S.|tiba|."),
        ("Buka detik.com, KOMPAS.com. Lalu", "Buka|detik.com|,|KOMPAS.com|.|Lalu"),
        (
            "Lihat https://www.contoh.co.id/berita?id=1&x=2.",
            "Lihat|https://www.contoh.co.id/berita?id=1&x=2|.",
        ),
        ("Surat ke redaksi@contoh.co.id, ya.", "Surat|ke|redaksi@contoh.co.id|,|ya|."),
        ("Letjen (Purn.) Budi di Jl. Melati No. 5.", "Letjen|(|Purn.|)|Budi|di|Jl.|Melati|No.|5|."),
        ("Rp. 5.000 atau Rp2,5 triliun", "Rp.|5.000|atau|Rp|2,5|triliun"),
        ("Ada beras, gula, dll. di pasar, dll.", "Ada|beras|,|gula|,|dll.|di|pasar|,|dll|."),
        ("dikutipAFP dari Rusia...", "dikutipAFP|dari|Rusia|.|.|."),
    ],
)
def test_a_stop_is_part_of_an_abbreviation_and_an_address_is_whole(text: str, expected: str) -> None:
    assert tokens(text) == expected


def test_line_ends_end_sentences() -> None:
    assert sentences("Kim Jong-un tiba\ndi Rusia\n\nPutin menunggu\r\nSelesai\u2028Ya") == [
        "Kim Jong-un tiba",
        "di Rusia",
        "Putin menunggu",
        "Selesai",
        "Ya",
    ]


# `|` stands where one sentence ends and the next begins; a gap around it belongs to the text.
@pytest.mark.parametrize(
    "marked",
    [
        # missing gaps
        "Hujan turun, kata dia.|Sementara itu warga tidur.",
        "Ia menolak tawaran AS.|Menurut Yusuf itu salah.",
        'Rapat sudah berakhir.|"Kami pulang dahulu," kata Dewi.',
        "Harga naik 5%.|Jika turun, kami jual!!|Benar.",
        # quotations
        '"Kami pulang dahulu." |Dewi lalu pergi ke Surabaya.',
        "Siapa itu Rudi? |Warga tidak tahu.",
        '"Apakah itu benar?" tanya Dewi.',
        "“Kami siap. |Kami akan datang,” ujar Rudi.",
        "Kata dia, ”Kami siap.” |Rudi pulang.",
        "''Kami siap.'' |Rudi pulang. |''Baik.''",
        '"Baik." |"Ya, tentu," kata Rudi. |"Apa?". |Ia diam.',
        'Album "...Cinta" laku. |(Rudi pulang.) |Ia tidur.',
        # abbreviations that never end a sentence
        "Menurut Dr. Budi Santoso harga naik Rp 1.500 per liter.",
        "Rapat mulai pukul 12.30 WIB di Jl. Sudirman No. 5 Jakarta.",
        "PT. Maju dan Ny. Eka serta KH. Ali, Plt. Bupati, Letjen (Purn.) Rudi hadir.",
        "Harga Rp. 5.000 dan Rp 2,5 triliun, tgl. 5, hlm. 12, vs. 20 kemarin.",
        # abbreviations that may
        "Ada beras, gula, dll. yang dibagikan.",
        "Ada beras, gula, dll. |Pemerintah membagikannya.",
        "Saham PT Maju Tbk. (MAJU) naik. |Saham PT Jaya Tbk. |Menurut analis turun.",
        "Terdakwa adalah Budi, S.H., M.Si. |Ia dihukum.",
        "Nama saya Budi S.H. M.H. dari Solo.",
        "Ia tiba di U.S. Senin, lalu pulang dari U.S. |Menurut dia, ramai.",
        # initials and single letters
        "George W. Bush, A.H. Nasution, dan J. Kristiadi bertemu M. Yamin.",
        "Mereka butuh vitamin C. |Sementara itu, Timnas di Grup A. |Vietnam di Grup B.",
        "Idul Adha 1447 H. |Pengamanan dimulai. |Anggota MER-C. |Ketua hadir.",
        # numbers, dates, lists
        "Hal itu terjadi pada Senin, 7 Oktober 2024. |Pemerintah diam.",
        "Korban bertambah pada 2024. |15 orang selamat.",
        "1. Harga naik. |2. Mutu turun.",
        "Caranya: 1. Buka laman. |2. Pilih menu 3. Tekan tombol. |Selesai.",
        "Skor berubah 1-1. |Juventus menyerang.",
        "Sesuai UU no. 34 dan hal. 5. |Itu hal. |Kami setuju.",
        # datelines, addresses
        "JAKARTA, KOMPAS.com - Polisi menangkap dua orang. |Keduanya diam.",
        "Jakarta (ANTARA) - Harga beras naik, kata dia di detik.com. |Ia menambahkan.",
        # other marks
        "Apa?! |Tidak... |Ya. |Ia terdiam... lalu pergi. |Ia diam… |Lalu pulang.",
        "Kata dia, [...] kami siap. |Ia (?) pulang.",
        "Selamat! |😀 Terima kasih. |iPhone naik. |(ant/roc)",
        # one case
        "harga beras naik di pasar induk. |pemerintah menambah pasokan beras.",
        "menurut dr. budi, harga rp. 5.000 naik pada 2025. |warga senang.",
        "MENURUT DR. BUDI HARGA NAIK DI JL. MELATI NO. 5. |WARGA SENANG.",
        "Harga beras melonjak. |pemerintah diam.",
    ],
)
def test_sentences_of_newswire(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert sentences(marked.replace("|", "")) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "The U.S. President met Sen. John Doe on Jan. 5 at 5 p.m. |The deal is worth $5 million.",
        "He said no. |The company, Acme Inc., fell. |Shares of Ace Corp. |Its rival rose.",
        '"It is over," said Mr. Smith. |"Really?" he asked. |St. Petersburg vs. Moscow, etc. |It rained.',
        "J.P. Miller & Co. cut jobs, e.g. in the U.K. |Analysts liked plan B. |However, it failed.",
        "WASHINGTON (Reuters) - Gen. Mark A. Doe left. |No. 5 is No. 1.",
    ],
)
def test_sentences_of_english_newswire(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert sentences(marked.replace("|", ""), "en") == expected


@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_pass(text: str) -> None:
    check(text, split(text))


@pytest.mark.parametrize(
    "piece",
    [
        "Kata",
        "ab.",
        "a@",
        "A.",
        "S.H.",
        "S.Pd.",
        "www.",
        "https://",
        "a.com.",
        "kompas.com/.",
        "a-",
        "1.",
        "1. ",
        "'",
        '"',
        '"a',
        '."',
        '. "',
        ").",
        ". ) ",
        ".",
        "! ",
        "…",
        "(",
        "— ",
        ".\u200b",
        "\u0301",
        "Undang-",
        "Dr. ",
        "a.\n",
        "x",
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    small, large = piece * (10_000 // len(piece)), piece * (80_000 // len(piece))
    once = min(seconds(small) for _ in range(2))
    assert seconds(large) < 8 * 3 * once + 0.1  # eight times the text; three times that were already too much


def test_a_megabyte_of_news_takes_seconds() -> None:
    chance = random.Random(1)  # noqa: S311 - repeatable on purpose
    pieces = [
        "Kim Jong-un",
        "tiba di Moskow.",
        "Menurut Dr. Budi,",
        '"Kami siap,"',
        "harga naik Rp 1,5 juta.",
        "dan",
    ]
    text = " ".join(chance.choice(pieces) for _ in range(90_000))
    assert len(text) > 1_000_000
    assert seconds(text) < 5


def test_a_sentence_of_ten_thousand_words_is_not_cut() -> None:
    assert [len(sentence) for sentence in split("amunisi ke Moskow, " * 3_000)] == [12_000]


def test_no_abbreviation_is_of_two_kinds() -> None:
    kinds = [set(words) for name, words in table("stops.toml").items() if name in KINDS]
    assert sum(map(len, kinds)) == len(set().union(*kinds))
