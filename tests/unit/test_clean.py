"""Cleaning: what leaves the body, into which field it goes, and what must stay as it is."""

import time
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import dates, glue, language
from processors.clean import clean
from processors.dateline import split
from processors.errors import Rejected
from processors.gaps import mend
from processors.identity import UNTIL_FURTHER_NOTICE
from processors.parse import articles
from processors.records import Article, Dateline, Item, Origin

WIB = timezone(timedelta(hours=7))
LEAD = "Kementerian Pertahanan mengumumkan pembelian enam kapal patroli dari galangan di Surabaya."
REST = "Kapal pertama rampung pada 2028, kata Direktur Utama Arga Wibisana."


def cleaned(*paragraphs: str) -> Item:
    return clean(Item(format="text", body="\n\n".join(paragraphs)))


def parsed(text: str) -> Article:
    [article] = articles(
        text.encode(), Origin(feed="lintas", locator="a.txt", received=datetime(2026, 11, 23, tzinfo=UTC))
    )
    assert isinstance(article, Article)
    return article


# Datelines


@pytest.mark.parametrize(
    ("printed", "place", "agency", "date"),
    [
        ("JAKARTA, KOMPAS.com – ", "JAKARTA", "KOMPAS.com", None),
        ("JAKARTA, KOMPAS.com -", "JAKARTA", "KOMPAS.com", None),
        ("JAKARTA, KOMPAS.com- ", "JAKARTA", "KOMPAS.com", None),
        ("JAKARTA, KOMPAS.com -- - ", "JAKARTA", "KOMPAS.com", None),
        ("SURYA.CO.ID - ", None, "SURYA.CO.ID", None),
        ("SURYA.co.id | SURABAYA - ", "SURABAYA", "SURYA.co.id", None),
        ("TEMPO.CO, Jakarta - ", "Jakarta", "TEMPO.CO", None),
        ("REPUBLIKA.CO.ID, ALJIR -- ", "ALJIR", "REPUBLIKA.CO.ID", None),
        ("Liputan6.com, Jakarta ", "Jakarta", "Liputan6.com", None),
        ("Merdeka.com - Kapanlagi.com - ", None, "Merdeka.com", None),
        ("Seoul (ANTARA) - ", "Seoul", "ANTARA", None),
        ("Vladivostok (ANTARA/Xinhua) - ", "Vladivostok", "ANTARA/Xinhua", None),
        ("TEL AVIV, (ANTARA) – ", "TEL AVIV", "ANTARA", None),
        ("JAKARTA - ", "JAKARTA", None, None),
        ("LABUHAN DELI - ", "LABUHAN DELI", None, None),
        ("Bangkok - ", "Bangkok", None, None),
        ("Jakarta, CNN Indonesia -- ", "Jakarta", "CNN Indonesia", None),
        ("Jakarta, Kilas Nusantara - ", "Jakarta", "Kilas Nusantara", None),
        ("BISNISKINI, BANDUNG — ", "BANDUNG", "BISNISKINI", None),
        ("LAGOS: ", "LAGOS", None, None),
        ("WASHINGTON (AP) — ", "WASHINGTON", "AP", None),
        ("GROSSETO, Italy (AP) -- ", "GROSSETO, Italy", "AP", None),
        ("JAKARTA, Nov 23 (Reuters) - ", "JAKARTA", "Reuters", "Nov 23"),
        ("Islamabad, 5 Mei (AFP) - ", "Islamabad", "AFP", "5 Mei"),
    ],
)
def test_a_dateline_goes_into_its_field(
    printed: str, place: str | None, agency: str | None, date: str | None
) -> None:
    item = cleaned(printed + LEAD, REST)
    assert item.dateline == Dateline(place=place, agency=agency, date=date)
    assert item.body == f"{LEAD}\n\n{REST}"


def test_a_dateline_on_a_line_of_its_own_goes_too() -> None:
    item = cleaned("Jakarta, CNN Indonesia --", LEAD)
    assert (item.dateline, item.body) == (Dateline(place="Jakarta", agency="CNN Indonesia"), LEAD)


@pytest.mark.parametrize(
    "prose",
    [
        "Presiden - yang tiba kemarin - belum berkomentar tentang pembelian enam kapal patroli itu.",
        "Kim Jong-un tiba di Vladivostok pada Selasa pagi dengan kereta khusus berwarna hijau.",
        "Komisi Pemberantasan Korupsi (KPK) memeriksa tujuh orang saksi dalam perkara kapal itu.",
        "Laga Persebaya - Arema di Surabaya berakhir tanpa gol setelah hujan deras mengguyur lapangan.",
        "Rute Jakarta - Surabaya dilayani dua belas kali sehari oleh tiga maskapai penerbangan.",
        "PT PAL - galangan milik negara di Surabaya - menyerahkan kapal itu kemarin.",
    ],
)
def test_a_dash_in_prose_makes_no_dateline(prose: str) -> None:
    assert split(prose) == (None, prose)


def test_what_the_format_says_of_the_place_stays_and_the_text_adds_the_agency() -> None:
    given_place = Item(
        format="ninjs", body=f"SURABAYA (ANTARA) - {LEAD}", dateline=Dateline(place="Surabaya")
    )
    assert clean(given_place).dateline == Dateline(place="Surabaya", agency="ANTARA")


# Bylines and trailers


def test_trailers_go_into_their_fields() -> None:
    item = cleaned(
        f"Seoul (ANTARA) - {LEAD}",
        f"{REST}Sumber: Yonhap-OANA",
        "Penerjemah: Larasati Widyaningrum\n\nEditor: Bonar S.\n\nCOPYRIGHT © ANTARA 2026",
    )
    assert item.body == f"{LEAD}\n\n{REST}"
    assert item.credited_sources == ["Yonhap-OANA"]
    assert item.ednote == "Penerjemah: Larasati Widyaningrum; Editor: Bonar S."
    assert (item.copyright, item.translated, item.byline) == ("COPYRIGHT © ANTARA 2026", True, None)


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("Pewarta: Ningrum Hapsari", "Ningrum Hapsari"),
        ("Oleh: Ade Reza", "Ade Reza"),
        ("Oleh Ade Reza", "Ade Reza"),
        ("Reporter : Ridho H.", "Ridho H"),
        ("By Jane Doe and John Roe", "Jane Doe and John Roe"),
    ],
)
def test_a_byline_is_found_above_and_below_the_story(line: str, byline: str) -> None:
    above, below = cleaned(line, LEAD, REST), cleaned(LEAD, REST, line)
    assert (above.byline, below.byline) == (byline, byline)
    assert above.body == below.body == f"{LEAD}\n\n{REST}"


@pytest.mark.parametrize(
    ("signature", "byline", "sources"),
    [
        ("(dvp/rst)", "dvp/rst", []),
        ("[ab/uh]", "ab/uh", []),
        ("(*/cax)", "cax", []),
        ("(Nindya Larasati)", "Nindya Larasati", []),
        ("(REUTERS/AFP/LUK)", "LUK", ["Reuters", "AFP"]),
        ("(Wartanesia.com/Gilang Prasetya)", "Gilang Prasetya", ["Wartanesia.com"]),
        ("Reporter: Galuh W. Editor: MS Widodo", "Galuh W", []),
    ],
)
def test_a_signature_after_the_last_sentence_is_a_credit(
    signature: str, byline: str, sources: list[str]
) -> None:
    item = cleaned(LEAD, f"{REST} {signature}")
    assert (item.body, item.byline, item.credited_sources) == (f"{LEAD}\n\n{REST}", byline, sources)


@pytest.mark.parametrize(
    "ending",
    [
        "Perkara itu kini ditangani Komisi Pemberantasan Korupsi (KPK)",
        "Kapal itu dibeli oleh Presiden Prabowo",
        "Harga beras naik menurut editor majalah itu.",
    ],
)
def test_an_ending_that_only_looks_like_a_credit_stays(ending: str) -> None:
    assert cleaned(LEAD, ending).body == f"{LEAD}\n\n{ending}"


def test_the_origin_of_a_republished_story_is_credited() -> None:
    item = cleaned(LEAD, "Artikel ini telah tayang di Wartanesia.com dengan judul Enam Kapal Dibeli")
    assert (item.body, item.credited_sources) == (LEAD, ["Wartanesia.com"])


def test_outlets_named_with_a_cue_are_credited_once() -> None:
    text = "Kapal rampung, melansir Reuters. Dikutip dari laman Kompas.com, harganya naik, dilansirReuters."
    assert cleaned(text).credited_sources == ["Reuters", "Kompas.com"]


def test_the_foreign_agency_in_a_shared_dateline_is_credited() -> None:
    assert cleaned(f"Tokyo (ANTARA/Kyodo) - {LEAD}").credited_sources == ["Kyodo"]


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        (f"Tokyo (ANTARA/Kyodo) - {LEAD}", True),
        (f"{LEAD} Kabar itu ditulis kemarin, melansir Reuters.", True),
        (f"{LEAD}\n\nDiadaptasi oleh Rahka S.", True),
        (f"Surabaya (ANTARA) - {LEAD}\n\nPewarta: Ningrum Hapsari", False),
        (
            "WASHINGTON (AP) — The navy said on Monday that it had ordered six patrol vessels from the yard.",
            False,
        ),
    ],
)
def test_an_indonesian_story_from_abroad_is_a_translation(text: str, translated: bool) -> None:
    assert parsed(text).translated is translated


# Furniture


@pytest.mark.parametrize(
    "furniture",
    [
        "Bagikan:",
        "Baca juga: Mengapa PT PAL Sibuk",
        "Baca Juga Mengapa PT PAL Sibuk",
        'Tonton juga video "Kapal Patroli Diluncurkan" di sini:',
        "Simak juga Video 'Kapal Patroli Diluncurkan':",
        "[Gambas:Video 20detik]",
        "SCROLL TO CONTINUE WITH CONTENT",
        "Kapal patroli di galangan Surabaya. (Foto: Dok. PT PAL)",
        "Ilustrasi kapal patroli",
    ],
)
def test_page_furniture_between_paragraphs_goes(furniture: str) -> None:
    assert cleaned(LEAD, furniture, REST).body == f"{LEAD}\n\n{REST}"


def test_a_caption_goes_with_its_alternative_text() -> None:
    caption = "kapal patroli di galangan surabaya\nKapal patroli di galangan Surabaya. (Sumber: PT PAL)"
    assert cleaned(LEAD, REST, caption, "Anggarannya sudah disetujui DPR.").body.count("galangan") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{LEAD} SCROLL TO CONTINUE WITH CONTENT {REST}", f"{LEAD}\n\n{REST}"),
        (f"{LEAD} ADVERTISEMENT SCROLL TO CONTINUE WITH CONTENT {REST}", f"{LEAD}\n\n{REST}"),
        (
            f"{LEAD} Baca juga:Mengapa PT PAL Sibuk Menurut Arga, kapal itu baru.",
            f"{LEAD} Menurut Arga, kapal itu baru.",
        ),
        (
            f"{LEAD} Baca juga: Mengapa PT PAL SibukKapal itu, kata dia, baru.",
            f"{LEAD} Kapal itu, kata dia, baru.",
        ),
        (f'{LEAD} Tonton juga "Kapal Baru" di sini: [Gambas:Video 20detik]', LEAD),
        (f"{LEAD} Lihat juga Video 'Kapal Baru': [Gambas:Video 20detik] {REST}", f"{LEAD} {REST}"),
        (f"{LEAD} Pilihan Editor: Mengapa PT PAL Sibuk", LEAD),
    ],
)
def test_furniture_inside_a_paragraph_goes_where_its_end_is_plain(before: str, after: str) -> None:
    assert cleaned(before).body == after


@pytest.mark.parametrize(
    "kept",
    [
        f"{LEAD} Baca juga:Kapal Baru PT PAL Warga yang tinggal di sana senang.",  # where does the title end?
        "Dia meminta warga membaca juga surat itu sebelum kapal berangkat dari pelabuhan.",
        '"Tonton juga film saya," kata sutradara itu kepada wartawan di Surabaya, Senin.',
        "Para tamu menyaksikan peluncuran kapal itu. Selanjutnya kapal diuji di laut.",
    ],
)
def test_the_story_itself_stays(kept: str) -> None:
    assert cleaned(kept).body == kept


def test_text_after_the_page_break_is_the_story() -> None:
    assert cleaned(LEAD, "Halaman selanjutnya", REST).body == f"{LEAD}\n\n{REST}"


# Gaps


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("Korea Selatan (Korsel).Pertemuan itu", "Korea Selatan (Korsel). Pertemuan itu"),
        ('perdagangan senjata."Mengingat banyak', 'perdagangan senjata. "Mengingat banyak'),
        ('"Kami menolak."Dia pergi', '"Kami menolak." Dia pergi'),
        ('"Satu.""Dua," kata dia', '"Satu." "Dua," kata dia'),
        ('"Kami menolak,"kata Kim', '"Kami menolak," kata Kim'),
        ("menolak.”Dia pergi", "menolak.” Dia pergi"),
        ("dia pergi.“Kami menolak", "dia pergi. “Kami menolak"),
        ("kata PBB.Namun", "kata PBB. Namun"),
        ("pada 2023.Kapal itu", "pada 2023. Kapal itu"),
        ("Sementara itu,Menteri", "Sementara itu, Menteri"),
        ("seperti dilansirAntara, Senin", "seperti dilansir Antara, Senin"),
        ("kata dia, dikutipdetikNews, Senin", "kata dia, dikutip detikNews, Senin"),
        ("dilansirAFP", "dilansir AFP"),
        ("perang diGaza", "perang di Gaza"),
        ("ujar Budi kepadadetikSulsel", "ujar Budi kepada detikSulsel"),
        ("disorot olehKomisi I", "disorot oleh Komisi I"),
    ],
)
def test_a_broken_gap_is_mended(broken: str, mended: str) -> None:
    assert mend(broken) == mended


@pytest.mark.parametrize(
    "whole",
    [
        "menurut KOMPAS.com dan TEMPO.CO serta KOMPAS.TV",
        "the U.S. Army and J.K. Rowling, U.S.Army",
        "pukul 12.30 WIB, Rp1.000.000",
        "Budi Santoso, S.H.,M.H., dan Dr.Ahmad",
        "lihat https://contoh.id/a.Html?x=1.Y atau www.contoh.id/Berita.Utama",
        "surat ke Redaksi.Berita@contoh.id",
        "berkas laporan.PDF",
        "perkara 45/Pid.Sus-TPK/2026/PN.Jkt.Pst",
        'layar 24" dan 5\'10"',
        "gaya DiCaprio dan aplikasi iPhone",
        '"nge-prank"nya',
        "1.Pasal pertama",
    ],
)
def test_what_is_whole_is_left_alone(whole: str) -> None:
    assert mend(whole) == whole


@given(st.text(alphabet='ab AB.,"“”()1:dilansir', max_size=60))
def test_mending_only_adds_spaces(text: str) -> None:
    assert mend(text).replace(" ", "") == text.replace(" ", "")


# Notices, embargoes, dates


@pytest.mark.parametrize(
    ("first", "change"),
    [
        ("KILL berita kapal patroli nomor 157", "kill"),
        ("KILL KILL KILL", "kill"),
        ("BERITA DICABUT: Enam Kapal Dibeli", "kill"),
        ("HOLD HOLD HOLD", "hold"),
        ("RALAT: Enam Kapal Dibeli", "correction"),
        ("KOREKSI – Enam Kapal Dibeli", "correction"),
        ("CORRECTED-Navy orders six vessels", "correction"),
        ("HAK JAWAB PT PAL", "advisory"),
        ("Ralat anggaran disetujui DPR", "new"),
        ("Redaksi memuat RALAT kemarin", "new"),
        ("KILLER whale sighted", "new"),
    ],
)
def test_a_first_token_in_capitals_says_what_became_of_a_story(first: str, change: str) -> None:
    story = parsed(f"{first}\n\n{LEAD}\n\n{REST}")
    assert (story.change, story.status, story.live) == (change, "usable", True)


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("EMBARGO hingga 25 November 2026 pukul 09.00 WIB", datetime(2026, 11, 25, 9, tzinfo=WIB)),
        ("EMBARGO: 25/11/2026 09.00 WIB", datetime(2026, 11, 25, 9, tzinfo=WIB)),
        ("EMBARGOED until 0001 GMT Nov 25, 2026", datetime(2026, 11, 25, 0, 1, tzinfo=UTC)),
        ("EMBARGO: sampai pidato selesai", UNTIL_FURTHER_NOTICE),
        ("Embargo hingga besok", UNTIL_FURTHER_NOTICE),
    ],
)
def test_an_embargo_line_holds_the_story_and_leaves_the_body(line: str, until: datetime) -> None:
    item = cleaned(line, LEAD)
    assert (item.embargo_until, item.body, item.ednote) == (until, LEAD, line)


@pytest.mark.parametrize(
    "line",
    [
        "Embargo senjata terhadap Korea Utara dilanggar lagi oleh dua perusahaan pelayaran.",
        "EMBARGO SENJATA DILANGGAR LAGI oleh dua perusahaan pelayaran, kata panel ahli.",
    ],
)
def test_an_arms_embargo_is_no_embargo(line: str) -> None:
    item = cleaned(line, LEAD)
    assert item.embargo_until is None
    assert item.body.startswith(line)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Senin, 23 November 2026 14:05 WIB", datetime(2026, 11, 23, 14, 5, tzinfo=WIB)),
        (
            "Senin (23/11/2026) pukul 14.05 WITA",
            datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=8))),
        ),
        (
            "23 Nopember 2026 | 14:05:30 WIT",
            datetime(2026, 11, 23, 14, 5, 30, tzinfo=timezone(timedelta(hours=9))),
        ),
        ("2:05 p.m. EST Nov. 23, 2026", datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=-5)))),
        ("2026-11-23T14:05:00+07:00", datetime(2026, 11, 23, 14, 5, tzinfo=WIB)),
        ("Selasa (12/9/2023)", None),
        ("12 September", None),
        ("23 November 2026 WIB", None),
        ("31 Februari 2026 14:05 WIB", None),
        ("besok pukul 09.00 WIB", None),
    ],
)
def test_only_a_date_in_full_is_a_moment(text: str, moment: datetime | None) -> None:
    found = dates.printed(text)
    assert found == moment
    assert found is None or moment is None or found.utcoffset() == moment.utcoffset()


@given(st.text(max_size=80), st.text(alphabet="0123456789 .:/-TZWIBGMNovapm", max_size=40))
def test_reading_a_date_never_fails(text: str, digits: str) -> None:
    for value in (text, digits, text + digits):
        dates.printed(value)
        dates.iso(value)


def test_a_date_on_a_line_of_its_own_is_when_the_story_was_published() -> None:
    item = cleaned("Senin, 23 November 2026 | 14:05 WIB", f"JAKARTA - {LEAD}", REST)
    assert (item.published, item.body) == (datetime(2026, 11, 23, 14, 5, tzinfo=WIB), f"{LEAD}\n\n{REST}")


# Layout


@pytest.mark.parametrize(
    "body", [f"{LEAD}\r\n\r\n{REST}", f"{LEAD}\r{REST}", f"{LEAD}\n\n\n \n{REST}", f"  {LEAD}\u2028{REST}\t"]
)
def test_paragraphs_are_separated_by_one_blank_line(body: str) -> None:
    assert clean(Item(format="text", body=body)).body == f"{LEAD}\n\n{REST}"


def test_what_cannot_be_seen_is_gone() -> None:
    assert cleaned("Kapal\u00a0pa\u00adtroli\u200b  baru\x07 tiba.").body == "Kapal patroli baru tiba."


def test_letters_misread_as_latin_are_read_again() -> None:
    assert cleaned("Istana Élysée – Paris".encode().decode("latin-1")).body == "Istana Élysée – Paris"


def test_hard_wrapped_lines_are_joined() -> None:
    wrapped = (
        "Kementerian Pertahanan mengumumkan pembelian enam kapal\n"
        "patroli dari galangan di Surabaya yang akan dipakai\n"
        "untuk menjaga perairan di sekitar Natuna mulai tahun\n2028.\n\n"
        "Kapal pertama rampung pada 2028, kata Direktur Utama\n"
        "Arga Wibisana kepada wartawan di Jakarta pada Senin\npagi setelah rapat.\n"
    )
    assert [len(p) > 100 for p in cleaned(wrapped).body.split("\n\n")] == [True, True]


# Language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LEAD, "id"),
        ("The navy said on Monday that it had ordered six patrol vessels from the yard.", "en"),
        ("Die Marine hat am Montag sechs Schiffe bei der Werft bestellt, sagte ein Sprecher.", "de"),
        ("Министерство обороны сообщило о покупке шести кораблей.", "ru"),
        ("Kementerian Pertahanan Malaysia berkata kerajaan akan membeli enam kapal ronda.", "id"),
        ("2-1", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_told_from_the_text(text: str, code: str) -> None:
    assert language.detect(text) == code


@pytest.mark.parametrize(
    ("tag", "code"),
    [("id-ID", "id"), ("EN_us", "en"), ("in", "id"), ("und", None), ("Bahasa Indonesia", None), (None, None)],
)
def test_a_providers_language_tag_is_made_plain(tag: str | None, code: str | None) -> None:
    assert language.normal(tag) == code


# What holds of every text

# fmt: off
PIECES = st.sampled_from([
    LEAD, REST, "JAKARTA - ", "KOMPAS.com - ", "Seoul (ANTARA) - ", "Bagikan:", "Oleh: Ade Reza",
    "Editor: Bonar S.", "Baca juga: Kapal Baru", "Baca juga:", " Tonton juga video ", "di sini:",
    "[Gambas:Video 20detik]", "(dvp/rst)", "(KPK)", "Sumber: Yonhap", "© ANTARA 2026", "EMBARGO: besok",
    "RALAT", "kapal baru", "Kapal", ",", "SCROLL TO CONTINUE WITH CONTENT", "\n", "\n\n", " ", ".", '"',
    "“", "”", "dilansirAntara", "-", "–", "Artikel ini telah tayang di Kompas.com dengan judul Kapal",
    "(Sumber: KCNA)", "\x00", "\u00a0", "\u200b", "Senin, 23 November 2026 14:05 WIB",
])
# fmt: on
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=120)


@given(TEXTS)
def test_cleaning_a_clean_story_changes_nothing(text: str) -> None:
    once = clean(Item(format="text", body=text))
    assert clean(once) == once


@given(TEXTS)
def test_cleaning_leaves_the_item_it_was_given_as_it_was(text: str) -> None:
    item = Item(format="text", body=text)
    before = msgspec.structs.replace(item)
    clean(item)
    assert item == before


@given(TEXTS)
def test_a_clean_body_is_tidy(text: str) -> None:
    body = clean(Item(format="text", body=text)).body
    assert body == body.strip()
    assert "\n\n\n" not in body
    assert all(p == p.strip() and "\n" not in p and "  " not in p for p in body.split("\n\n"))


@given(st.binary(max_size=300) | TEXTS.map(str.encode))
def test_any_payload_becomes_articles_or_is_refused(payload: bytes) -> None:
    try:
        found = articles(payload, Origin(feed="f", locator="l", received=datetime(2026, 1, 1, tzinfo=UTC)))
    except Rejected:
        return
    assert found


# fmt: off
UNITS = [
    "a", " ", ".", '"', "“", "(", "[", "-", "A", "a.A", "a,A", "diA", "dilansir dari ", "Baca juga: ",
    "(abc)", "x. Tonton juga ", "KOMPAS.com - ", "JAKARTA -\n", "Oleh: A\n", "Editor: Aa ", "[Gambas:",
    "Sumber: A ", "A | ", "a\n", "<p>", "http://a.B", "Oleh: A\nKOMPAS.com - \nEMBARGO: x\n",
]
# fmt: on


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        """The least of three: the collector may run within any of them."""
        text = f"Jakarta (ANTARA) - {unit * (length // len(unit))} akhir"
        return min(once(text) for _ in range(3))

    def once(text: str) -> float:
        start = time.process_time()
        clean(Item(format="text", body=text))
        return time.process_time() - start

    seconds(1000)
    assert seconds(200_000) < 16 * seconds(25_000) + 0.2  # eight times the text


@pytest.mark.parametrize(
    ("glued", "parted"),
    [
        ("PresidenSolberg tiba. Presiden naik kapal bersama Solberg.", "Presiden Solberg tiba."),
        ("Solbergmengatakan harga naik. Hamre menemui Solberg.", "Solberg mengatakan harga naik."),
        ("Hamre dan Osloyang sepi. Ia tiba di Oslo.", "Hamre dan Oslo yang sepi."),
        ("Solberg membuka YouTube. You tak tahu.", "Solberg membuka YouTube."),
        ("Ramadan tiba. Rama tertawa.", "Ramadan tiba."),
    ],
)
def test_words_that_markup_glued_are_parted_where_the_story_knows_both(glued: str, parted: str) -> None:
    assert " ".join(glue.part([glued])).startswith(parted)
    assert glue.part(glue.part([glued])) == glue.part([glued])
