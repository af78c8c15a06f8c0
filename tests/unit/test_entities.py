"""Mentions of one entity are one entity, with an id that is the same in every article."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import entities, names
from processors.abbreviations import abbreviates
from processors.languages.registry import gazetteer_key, registry
from processors.tagged import Name
from tests.unit.reading import grouped, language, tagged
from tests.unit.timing import takes_less

SECONDS = 2.0


def ids(body: str, code: str = "id", **forms: str) -> dict[str, list[str]]:
    return {
        entity.id: [mention.text for mention in entity.mentions] for entity in grouped(body, code, **forms)
    }


def test_a_persons_short_names_and_spellings_are_the_person() -> None:
    body = "Kim Jong Un tiba. Kim disambut. Kim Jong-un dan Wladimir Putin bertemu; Vladimir Putin senang."
    assert ids(body, PER="Kim Jong Un|Kim|Kim Jong-un|Wladimir Putin|Vladimir Putin") == {
        "per:kim-jong-un": ["Kim Jong Un", "Kim", "Kim Jong-un"],
        "per:vladimir-putin": ["Wladimir Putin", "Vladimir Putin"],
    }


def test_of_two_people_of_one_name_the_short_name_is_the_one_named_last() -> None:
    body = "Kim Jong Un pergi. Kim Yo Jong tinggal. Kim bicara."
    assert ids(body, PER="Kim Jong Un|Kim Yo Jong|Kim")["per:kim-yo-jong"] == ["Kim Yo Jong", "Kim"]


@pytest.mark.parametrize(
    ("full", "other"),
    [("Christopher Rungkat", "Christo"), ("Syahrul Yasin Limpo", "SYL"), ("Natalia Hartono", "Nathalia")],
)
def test_calling_names_initials_and_slips_of_spelling_join(full: str, other: str) -> None:
    found = grouped(f"{full} menang. Kemudian {other} pulang.", PER=f"{full}|{other}")
    assert [(entity.name, len(entity.mentions)) for entity in found] == [(full, 2)]


def test_a_byname_said_in_the_text_joins() -> None:
    body = "Kartika Wirawan yang akrab disapa Tiko tiba. Tiko lelah."
    assert [entity.name for entity in grouped(body, PER="Kartika Wirawan|Tiko")] == ["Kartika Wirawan"]


@pytest.mark.parametrize(
    ("forms", "code"),
    [
        ("Amerika Serikat|AS|Amerika", "US"),
        ("Korea Utara|Korut|DPRK|Republik Demokratik Rakyat Korea", "KP"),
        ("Tiongkok|China|Cina|RRT", "CN"),
        ("Inggris|Britania Raya", "GB"),
        ("Prancis|Perancis", "FR"),
        ("Vietnam|Republik Sosialis Vietnam", "VN"),
        ("Paman Sam|AS|Negeri Paman Sam", "US"),
        ("RI|NKRI|Indonesia", "ID"),
        ("UEA|Uni Emirat Arab", "AE"),
        ("Saudi|Arab Saudi|Kerajaan Arab Saudi", "SA"),
        ("Rusia|Federasi Rusia", "RU"),
        ("Iran|Republik Islam Iran", "IR"),
        ("Korsel|Republik Korea", "KR"),
        ("Myanmar|Burma", "MM"),
        ("Timor Leste|RDTL", "TL"),
        ("Palestina|Wilayah Palestina", "PS"),
        ("Kosovo", "XK"),
        ("Taiwan|Republik China", "TW"),
        ("Vatikan|Takhta Suci|Kota Vatikan", "VA"),
    ],
)
def test_countries_have_their_iso_code_under_all_their_names(forms: str, code: str) -> None:
    assert list(ids(". ".join(forms.split("|")), LOC=forms)) == [code]


@pytest.mark.parametrize("code", ["id", "en"])
def test_all_249_territories_and_kosovo_have_an_id_each(code: str) -> None:
    territories = registry(code).territories
    iso = {each for each in territories if each not in {"AC", "CP", "CQ", "DG", "EA", "IC", "TA", "XK"}}
    assert len(iso) == 249
    assert all(registry(code).countries[gazetteer_key(name)] == each for each, name in territories.items())


def test_a_country_is_shown_by_its_usual_name_not_by_a_by_name() -> None:
    assert [entity.name for entity in grouped("Negeri Paman Sam. AS.", LOC="Negeri Paman Sam|AS")] == ["AS"]
    assert [e.name for e in grouped("Korut. Korea Utara. DPRK.", LOC="Korut|Korea Utara|DPRK")] == [
        "Korea Utara"
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Moskow menuduh kelompok itu berbohong.",
        "Menurut dia, Moskow telah berulang kali menolak usul itu.",
        "Ia menyebut bahwa Moskow siap berunding.",
        "Usul itu ditolak oleh Moskow pada Senin.",
        "Para menteri membahas sanksi terhadap Moskow.",
        "Hubungan antara Moskow dan Beijing membaik.",
        "Upaya Moskow dan Ankara gagal.",
    ],
)
def test_a_capital_that_acts_is_its_state(sentence: str) -> None:
    assert "RU" in ids(sentence, LOC="Moskow|Beijing|Ankara")


@pytest.mark.parametrize(
    "sentence",
    [
        "Hujan turun di Moskow sejak pagi.",
        "Rombongan tiba di Ankara dan Moskow pekan lalu.",
        "Mereka terbang ke Moskow.",
        "Warga Moskow mengatakan hujan turun lebat.",
        "Bursa Moskow menguat.",
        "KBRI (Kedutaan) Moskow mengatakan semua warga aman.",
        "Rudal menewaskan dua orang dalam serangan terhadap Moskow.",
        "Moskow, kota terbesar di Rusia, bersalju.",
    ],
)
def test_a_capital_where_something_happens_is_the_city(sentence: str) -> None:
    assert "loc:moscow" in ids(sentence, LOC="Moskow|Ankara")


def test_a_capital_joins_its_country_where_it_acts_and_stays_a_city_where_it_does_not() -> None:
    body = "Rusia menolak. Moskow menuduh NATO. Pertemuan digelar di Moskow."
    found = grouped(body, LOC="Rusia|Moskow")
    assert [(e.id, e.name, [m.start for m in e.mentions]) for e in found] == [
        ("RU", "Rusia", [0, 15]),
        ("loc:moscow", "Moskow", [57]),
    ]


def test_where_a_capital_stands_for_its_state_the_state_is_called_by_it() -> None:
    russia = grouped("Rusia menolak. Moskow menuduh NATO.", LOC="Rusia|Moskow")[0]
    assert [entities.called(russia, text, language()) for text in ("Moskow", "Rusia")] == ["Moskow", "Rusia"]


def test_the_home_capital_is_always_a_city_in_its_own_press() -> None:
    assert list(ids("Jakarta menolak usul itu.", LOC="Jakarta")) == ["loc:jakarta"]
    assert list(ids("Jakarta rejected the proposal.", "en", LOC="Jakarta")) == ["ID"]


def test_a_place_is_the_same_with_and_without_the_word_for_what_it_is() -> None:
    found = ids(
        "Kabupaten Gresik, Jatim. Gresik. Provinsi Jawa Timur. Jalur Gaza. Gaza. Pulau Lipan. Lipan.",
        LOC="Kabupaten Gresik|Gresik|Jatim|Provinsi Jawa Timur|Jalur Gaza|Gaza|Pulau Lipan|Lipan",
    )
    assert found == {
        "loc:gresik": ["Kabupaten Gresik", "Gresik"],
        "loc:jawa-timur": ["Jatim", "Provinsi Jawa Timur"],
        "loc:gaza": ["Jalur Gaza", "Gaza"],
        "loc:pulau-lipan": ["Pulau Lipan", "Lipan"],
    }


def test_a_regency_and_the_city_of_its_name_are_two_places() -> None:
    found = ids("Kabupaten Bandung dan Kota Bandung.", LOC="Kabupaten Bandung|Kota Bandung")
    assert list(found) == ["loc:kabupaten-bandung", "loc:bandung"]
    assert list(ids("Kota Kuwait. Kuwait.", LOC="Kota Kuwait|Kuwait")) == ["loc:kuwait-city", "KW"]


def test_organisations_are_known_by_acronym_and_by_what_the_text_says_in_brackets() -> None:
    body = "Perserikatan Bangsa-Bangsa rapat. Badan Riset Laut (BRL) hadir. PBB dan BRL sepakat."
    found = ids(body, ORG="Perserikatan Bangsa-Bangsa|PBB|Badan Riset Laut|BRL")
    assert found == {
        "org:un": ["Perserikatan Bangsa-Bangsa", "PBB"],
        "org:badan-riset-laut": ["Badan Riset Laut", "BRL", "BRL"],
    }


@pytest.mark.parametrize(
    ("indonesian", "english", "id_"),
    [
        ("PBB", "United Nations", "org:un"),
        ("Badan Energi Atom Internasional", "IAEA", "org:iaea"),
        ("Kementerian Pertahanan Rusia", "Russian Defense Ministry", "org:defence-ministry-ru"),
        ("Kemlu China", "China's Foreign Ministry", "org:foreign-ministry-cn"),
        ("Departemen Luar Negeri AS", "State Department", "org:foreign-ministry-us"),
        ("Mahkamah Agung Israel", "Supreme Court of Israel", "org:supreme-court-il"),
        ("Hizbullah", "Hezbollah", "org:hizbullah"),
        ("TNI", "Indonesian National Armed Forces", "org:tni"),
    ],
)
def test_an_organisation_has_one_id_in_both_languages(indonesian: str, english: str, id_: str) -> None:
    assert list(ids(f"{indonesian}.", ORG=indonesian)) == [id_]
    assert list(ids(f"{english}.", "en", ORG=english)) == [id_]


def test_a_ministry_without_its_state_is_that_of_the_one_state_whose_ministry_is_named() -> None:
    body = "Kementerian Pertahanan Rusia (Kemhan) bicara. Kemhan diam. Kementerian Pertahanan pergi."
    forms = "Kementerian Pertahanan Rusia|Kementerian Pertahanan|Kemhan"
    assert list(ids(body, ORG=forms)) == ["org:defence-ministry-ru"]


def test_ministries_of_two_states_stay_two_and_one_without_a_state_joins_neither() -> None:
    body = "Kementerian Pertahanan Rusia dan Kemhan Ukraina bicara. Kementerian Pertahanan diam."
    forms = "Kementerian Pertahanan Rusia|Kemhan Ukraina|Kementerian Pertahanan"
    assert list(ids(body, ORG=forms)) == [
        "org:defence-ministry-ru",
        "org:defence-ministry-ua",
        "org:kementerian-pertahanan",
    ]


@pytest.mark.parametrize(
    ("body", "places", "id_"),
    [
        ("Kementerian Pertahanan membeli kapal.", "", "org:defence-ministry-id"),
        ("Kementerian Pertahanan di Jakarta, Indonesia.", "Indonesia", "org:defence-ministry-id"),
        ("Kementerian Pertahanan memprotes Jepang.", "Jepang", "org:kementerian-pertahanan"),
    ],
)
def test_a_ministry_without_a_state_is_the_home_countrys_where_no_other_is_spoken_of(
    body: str, places: str, id_: str
) -> None:
    assert id_ in ids(body, ORG="Kementerian Pertahanan", **({"LOC": places} if places else {}))


def test_acronyms_join_without_brackets_where_one_name_bears_them_out() -> None:
    body = "Universitas Negeri Palu dan Kementerian Transmigrasi. UNP. Kementrans."
    found = ids(body, ORG="Universitas Negeri Palu|Kementerian Transmigrasi|UNP|Kementrans")
    assert list(found.values()) == [
        ["Universitas Negeri Palu", "UNP"],
        ["Kementerian Transmigrasi", "Kementrans"],
    ]


def test_an_office_is_not_the_body_whose_acronym_follows_it() -> None:
    body = "Kanwil IV Komisi Pengawas Lautan Utara (KPLU) hadir."
    found = ids(body, ORG="Kanwil IV Komisi Pengawas Lautan Utara|KPLU")
    assert len(found) == 2


def test_a_shorter_name_is_the_one_longer_name_that_begins_so() -> None:
    assert len(ids("Komisi I DPR RI. Komisi I.", ORG="Komisi I DPR RI|Komisi I")) == 1
    assert (
        len(
            ids("Komisi I DPR. Komisi I DPRD Palu. Komisi I.", ORG="Komisi I DPR|Komisi I DPRD Palu|Komisi I")
        )
        == 3
    )


def test_forms_of_companies_and_written_out_words_make_no_difference() -> None:
    body = "PT Baja Timur (Persero) Tbk dan Baja Timur; Polda Jateng dan Kepolisian Daerah Jawa Tengah."
    forms = "PT Baja Timur (Persero) Tbk|Baja Timur|Polda Jateng|Kepolisian Daerah Jawa Tengah"
    assert list(ids(body, ORG=forms)) == ["org:baja-timur", "org:kepolisian-daerah-jawa-tengah"]


@pytest.mark.parametrize(
    ("names_", "id_"),
    [
        ("Kim Jong-un|Kim Jong Un|Kim Jongun", "per:kim-jong-un"),
        ("Volodymyr Zelensky|Volodymyr Zelenskyy|Wolodymyr Zelenskiy", "per:volodymyr-zelenskyy"),
        ("Muhammad Rizal|Mohammad Rizal|Moh. Rizal", "per:muhammad-rizal"),
        ("Donald J. Trump|Donald Trump|Trump", "per:donald-trump"),
        ("Jokowi|Joko Widodo", "per:joko-widodo"),
    ],
)
def test_a_person_has_one_id_in_all_spellings(names_: str, id_: str) -> None:
    assert list(ids(". ".join(names_.split("|")), PER=names_)) == [id_]


def test_a_lone_name_known_to_everybody_has_the_id_of_the_full_one() -> None:
    assert list(ids("Putin pergi. Prabowo tinggal.", PER="Putin|Prabowo")) == [
        "per:vladimir-putin",
        "per:prabowo-subianto",
    ]


def test_a_lone_name_is_not_the_famous_one_where_another_bears_it() -> None:
    assert list(ids("Anton Putin menang. Putin lega.", PER="Anton Putin|Putin")) == ["per:anton-putin"]


def test_a_name_that_another_has_last_stays_the_famous_ones() -> None:
    body = "Listyo Sigit Prabowo hadir. Prabowo bicara."
    assert list(ids(body, PER="Listyo Sigit Prabowo|Prabowo")) == [
        "per:listyo-sigit-prabowo",
        "per:prabowo-subianto",
    ]


def test_of_a_couple_the_bare_surname_is_not_whoever_is_called_by_first_name() -> None:
    body = "Rusdi Halim dan Mira Halim tiba. Mira senang. Halim lelah."
    assert ids(body, PER="Rusdi Halim|Mira Halim|Mira|Halim") == {
        "per:rusdi-halim": ["Rusdi Halim", "Halim"],
        "per:mira-halim": ["Mira Halim", "Mira"],
    }
    both = "Melania Trump dan Donald Trump tiba, lalu Melania Trump pergi. Trump bicara."
    assert ids(both, PER="Melania Trump|Donald Trump|Trump")["per:donald-trump"][-1] == "Trump"


def test_a_father_named_behind_bin_is_another() -> None:
    body = "Pangeran Faisal bin Karim tiba. Karim menyambut."
    assert len(ids(body, PER="Faisal bin Karim|Karim")) == 2


def test_a_by_name_is_its_bearers_not_the_person_named_last() -> None:
    body = "Badrun Ubaidah melaporkan Kaisar Purnomo. Pria yang akrab disapa Ubai itu diam. Ubai pergi."
    assert ids(body, PER="Badrun Ubaidah|Kaisar Purnomo|Ubai")["per:badrun-ubaidah"][1:] == ["Ubai", "Ubai"]


def test_the_name_of_an_entity_is_its_fullest_form() -> None:
    entity = grouped("JAKARTA. Jakarta.", LOC="JAKARTA|Jakarta")[0]
    assert (entity.id, entity.name) == ("loc:jakarta", "Jakarta")


@pytest.mark.parametrize(
    ("short", "long", "does"),
    [
        ("Kemhan", "Kementerian Pertahanan", True),
        ("BPK", "Badan Pemeriksa Keuangan", True),
        ("Jokowi", "Joko Widodo", True),
        ("LAPAN", "Kementerian Pertahanan", False),
        ("Budi", "Badan Usaha", False),
        ("A", "Badan", False),
    ],
)
def test_an_abbreviation_is_made_of_the_longer_names_letters(short: str, long: str, does: bool) -> None:
    assert abbreviates(short, long) is does


def mended(body: str, *spans: tuple[str, str]) -> list[tuple[str, str]]:
    found = [
        Name(start=body.index(text), end=body.index(text) + len(text), text=text, type=kind)
        for text, kind in spans
    ]
    return [(name.text, name.type) for name in names.mended(body, found, language())]


def test_titles_are_no_part_of_a_persons_name() -> None:
    assert mended("Presiden Vladimir Putin tiba.", ("Presiden Vladimir Putin", "PER")) == [
        ("Vladimir Putin", "PER")
    ]


def test_a_country_before_a_persons_name_is_a_name_of_its_own() -> None:
    found = mended("Presiden Rusia Vladimir Putin tiba.", ("Rusia Vladimir Putin", "PER"))
    assert found == [("Rusia", "LOC"), ("Vladimir Putin", "PER")]


def test_an_article_agrees_with_itself_about_types_and_overlooks_no_name_it_knows() -> None:
    body = "Vladimir Putin tiba di Khasan. Putin lelah. Di Khasan, KPK menunggu."
    found = mended(body, ("Vladimir Putin", "PER"), ("Khasan", "LOC"), ("KPK", "PER"))
    assert found == [("Vladimir Putin", "PER"), ("Khasan", "LOC"), ("Khasan", "LOC"), ("KPK", "ORG")]


def test_an_employer_before_a_persons_name_is_a_name_of_its_own() -> None:
    body = "Peneliti Google Mika Saarinen bicara di Seoul, kata Google."
    assert mended(body, ("Google Mika Saarinen", "PER"))[:2] == [("Google", "ORG"), ("Mika Saarinen", "PER")]


def test_an_abbreviation_in_brackets_is_a_name_of_its_own() -> None:
    assert mended("Badan Ruang Angkasa (BRA) meluncurkan satelit.", ("Badan Ruang Angkasa (BRA)", "ORG")) == [
        ("Badan Ruang Angkasa", "ORG"),
        ("BRA", "ORG"),
    ]
    assert mended("PT Baja Timur (Persero) untung.", ("PT Baja Timur (Persero)", "ORG")) == [
        ("PT Baja Timur (Persero)", "ORG")
    ]


def test_a_countrys_government_is_the_country() -> None:
    assert mended("Pemerintah Qatar setuju.", ("Pemerintah Qatar", "ORG")) == [("Qatar", "LOC")]


def test_abbreviations_of_things_are_no_names() -> None:
    assert mended("Pelaku UMKM di Depok senang.", ("UMKM", "ORG"), ("Depok", "LOC")) == [("Depok", "LOC")]


def test_one_doubtful_full_name_does_not_turn_a_place_into_a_person() -> None:
    body = "Khasan ramai. Warga Khasan pergi. Di Khasan hujan. Kepala Khasan Rendra Wijaya diam."
    spans = [match.span() for match in re.finditer("Khasan(?! R)", body)]
    start = body.index("Khasan Rendra")
    found = [Name(start=a, end=b, text=body[a:b], type="LOC") for a, b in spans]
    found.append(Name(start=start, end=start + 20, text=body[start : start + 20], type="PER"))
    kept = [(name.text, name.type) for name in names.mended(body, found, language())]
    assert kept == [*[("Khasan", "LOC")] * 4, ("Rendra Wijaya", "PER")]


TEXTS = st.text(st.sampled_from("KimJon gUt-un' \u0301😀.(AS)PBB\n“”"), min_size=1, max_size=120)


@given(
    TEXTS,
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 20), st.sampled_from(["PER", "ORG", "LOC"]))),
)
def test_mentions_are_the_text_at_their_place_and_never_overlap(
    body: str, spans: list[tuple[int, int, str]]
) -> None:
    found: list[Name] = []
    end = 0
    for start, length, kind in sorted(spans):
        stop = min(len(body), start + length)
        if start >= end and start < stop:
            found.append(Name(start=start, end=stop, text=body[start:stop], type=kind))
            end = stop
    kept = names.mended(body, found, language())
    mentions = sorted(
        (m.start, m.end, m.text) for entity in entities.group(body, kept, language()) for m in entity.mentions
    )
    assert len(mentions) == len(kept)
    last = 0
    for start, stop, text in mentions:
        assert last <= start < stop
        assert body[start:stop] == text
        last = stop


WORDS = [
    "Kim",
    "Jong",
    "Un",
    "Trump",
    "Moskow",
    "Rusia",
    "PBB",
    "Kemhan",
    "Kota",
    "Bandung",
    "(",
    ")",
    "alias",
    "bin",
    "di",
]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
            st.sampled_from(["PER", "ORG", "LOC", ""]),
        )
    )
)
def test_every_name_is_a_mention_of_one_entity_ids_are_unique_and_grouping_is_the_same_each_time(
    parts: list[tuple[list[str], str]],
) -> None:
    body, found = written([(" ".join(words), kind) for words, kind in parts])
    grouping = entities.group(body, found, language())
    assert sorted((m.start, m.end) for e in grouping for m in e.mentions) == [(n.start, n.end) for n in found]
    assert len({entity.id for entity in grouping}) == len(grouping)
    assert entities.group(body, list(reversed(found)), language()) == grouping


def written(parts: list[tuple[str, str]]) -> tuple[str, list[Name]]:
    """The text of the parts, those with a type as names."""
    body, found = "", []
    for text, kind in parts:
        if kind:
            found.append(Name(start=len(body), end=len(body) + len(text), text=text, type=kind))
        body += f"{text} "
    return body, found


SYLLABLES = [a + b for a in "bdgklmnprst" for b in "aiueo"]


def coined(number: int) -> str:
    """A name of its own for each number."""
    count = len(SYLLABLES)
    return (
        SYLLABLES[number % count] + SYLLABLES[number // count % count] + SYLLABLES[number // count**2]
    ).title()


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("PER", "{a} {b}"),
        ("PER", "{a} Kim|Kim"),
        ("PER", "{a}|alias"),
        ("ORG", "Komisi {a} {b}|Komisi"),
        ("ORG", "Badan {a} {b}|B{c}"),
        ("LOC", "Desa {a}|{a}|{b}"),
    ],
)
def test_twenty_thousand_names_are_grouped_within_two_seconds(kind: str, pattern: str) -> None:
    each = pattern.split("|")
    parts = [
        (
            form.format(a=coined(n), b=coined(20_000 - n), c=coined(n // 7).upper()),
            "" if form == "alias" else kind,
        )
        for n in range(20_000 // len(each))
        for form in each
    ]
    body, found = written(parts)
    assert takes_less(SECONDS, lambda: entities.group(body, found, language()))


def test_a_name_tagged_twice_in_a_row_is_given_once_per_place() -> None:
    body = "AS dan AS"
    assert ids(body, LOC="AS") == {"US": ["AS", "AS"]}
    assert len(tagged(body, LOC="AS")) == 2
