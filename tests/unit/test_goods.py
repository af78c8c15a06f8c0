"""Goods: what is named, as an annotator would write it, of which class, and what only sounds like arms."""

import tomllib
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.goods import Goods, find
from processors.languages.lexicon import lexicon


def goods(text: str, language: str = "id") -> list[Goods]:
    return find(text, 0, len(text), language)


def named(text: str, language: str = "id") -> list[str]:
    """The phrases that are goods without more context."""
    return [found.text for found in goods(text, language) if not found.needs_context]


def only(text: str, language: str = "id") -> Goods:
    (found,) = goods(text, language)
    return found


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Pyongyang menyerahkan rudal balistik KN-23 kepada Moskow.", ["rudal balistik KN-23"]),
        (
            "Moskow mengirim empat sistem pertahanan udara Pantsir-S1 ke timur.",
            ["sistem pertahanan udara Pantsir-S1"],
        ),
        ("Ceko membeli peluru artileri 155 mm dari Pakistan.", ["peluru artileri 155 mm"]),
        ("Peru memesan suku cadang helikopter Mi-35.", ["suku cadang helikopter Mi-35"]),
        ("Hanoi membeli suku cadang untuk jet tempur Su-30MK2.", ["suku cadang untuk jet tempur Su-30MK2"]),
        ("Lisensi produksi penuh diberikan kepada Pindad.", ["Lisensi produksi penuh"]),
        ("Seoul menghibahkan korvet bekas kelas Pohang.", ["korvet bekas kelas Pohang"]),
        (
            "Riyadh menawar drone tempur buatan Amerika Serikat dan Turki.",
            ["drone tempur buatan Amerika Serikat"],
        ),
        ("Ekspor fregat buatan Hyundai berlanjut.", ["fregat"]),
        (
            "Ankara mengirim pesawat nirawak bersenjata (SIHA) pekan lalu.",
            ["pesawat nirawak bersenjata (SIHA)"],
        ),
        ("Senjata, amunisi, dan panser diturunkan di pelabuhan.", ["Senjata", "amunisi", "panser"]),
        ("Rudal-rudal itu tiba bersama kendaraan lapis bajanya.", ["Rudal-rudal", "kendaraan lapis bajanya"]),
        (
            "Tiga meriam swagerak 170 mm dan peluru kaliber .50.",
            ["meriam swagerak 170 mm", "peluru kaliber .50"],
        ),
        ("Bantuan militer berupa alutsista bekas.", ["Bantuan militer", "alutsista bekas"]),
    ],
)
def test_an_indonesian_phrase_is_its_noun_with_all_that_follows(sentence: str, expected: list[str]) -> None:
    assert named(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Poland ordered 155 mm artillery shells and tanks.", ["155 mm artillery shells", "tanks"]),
        ("Peru asked for spare parts for Mi-35 helicopters.", ["spare parts for Mi-35 helicopters"]),
        ("India bought S-400 air defence missile systems.", ["S-400 air defence missile systems"]),
        ("Canberra wants Virginia-class submarines.", ["Virginia-class submarines"]),
        ("Oslo sold a Tromso-class frigate.", ["Tromso-class frigate"]),
        ("Two F-16Vs and a Gripen E fighter jet flew in.", ["F-16Vs", "Gripen E fighter jet"]),
        ("They smuggled rounds of ammunition.", ["rounds of ammunition"]),
        ("The weapons used in the raid.", ["weapons"]),
        ("Anti-tank weapons, howitzers and batteries.", ["Anti-tank weapons", "howitzers"]),
    ],
)
def test_an_english_phrase_is_its_noun_with_all_before_it(sentence: str, expected: list[str]) -> None:
    assert named(sentence, "en") == expected


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("rudal Patriot", ("air_defence", "missiles")),
        ("jet tempur Rafale", ("combat_aircraft",)),
        ("kapal selam kelas Nagapasa", ("submarines",)),
        ("suku cadang helikopter Mi-35", ("combat_aircraft",)),
        ("amunisi howitzer K9", ("ammunition",)),
        ("senapan serbu SS2", ("small_arms",)),
        ("peluncur roket HIMARS", ("artillery",)),
        ("drone Shahed-136", ("drones",)),
        ("panser Anoa", ("armour",)),
        ("radar GM400", ("sensors",)),
        ("teknologi rudal", ("technology",)),
        ("fregat Merah Putih", ("warships",)),
    ],
)
def test_a_phrase_has_the_class_of_its_noun_and_of_the_systems_named(
    text: str, classes: tuple[str, ...]
) -> None:
    found = only(text)

    assert (found.text, found.classes, found.generic) == (text, classes, False)


@pytest.mark.parametrize("text", ["senjata", "alutsista", "bantuan militer", "paket pertahanan"])
def test_arms_of_no_class_are_generic(text: str) -> None:
    found = only(text)

    assert (found.generic, found.classes, found.needs_context) == (True, (), False)


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("F-16", "f-16"),
        ("F16", "f-16"),
        ("F-16 Fighting Falcon", "f-16"),
        ("F-16C/D Block 70", "f-16"),
        ("Sukhoi Su-35", "su-35"),
        ("Su-30SME", "su-30"),
        ("T-50i", "t-50"),
        ("PAC-3 MSE", "patriot"),
        ("M-SAM", "cheongung-ii"),
        ("Cheongung-II", "cheongung-ii"),
        ("Bayraktar TB2", "bayraktar-tb2"),
        ("HIMARS", "himars"),
        ("Himars", "himars"),
    ],
)
def test_a_system_has_one_id_however_it_is_written(text: str, system: str) -> None:
    (found,) = [found for found in goods(f"Unit {text} tiba kemarin.") if found.systems]

    assert system in found.systems
    assert not found.needs_context


@pytest.mark.parametrize(
    "sentence",
    [
        "Kedua pihak menyepakati gencatan senjata.",
        "Partai itu mencari amunisi politik baru.",
        "Kebijakan itu menjadi senjata makan tuan.",
        "Inflasi adalah bom waktu bagi pemerintah.",
        "Ia juara tolak peluru di Senayan.",
        "Polisi menyita senjata tajam dari pelajar.",
        "Warga membeli tank air untuk musim kemarau.",
        "Garuda menyewa pesawat komersial dari Irlandia.",
        "Serangan udara menghantam Khan Younis.",
        "Imran Khan menolak tuduhan itu.",
        "Laga digelar di Stadion Patriot, Bekasi.",
        "Kementerian menerbitkan Patriot Bond tahun depan.",
        "Penjaga hutan menemukan anoa dan komodo.",
        "Roket SpaceX mendarat di laut.",
        "Meriam London menang 2-0.",
        "Bank sentral masih punya 'amunisi'.",
        "Menteri memakai kendaraan Maung ke istana.",
        "Unit PPA Polres Bogor memeriksa saksi.",
        "Pembalap itu tercepat pada FP1 dan finis P3.",
        "Kadar CH4 naik di rawa itu.",
    ],
)
def test_what_only_sounds_like_arms_is_none(sentence: str) -> None:
    assert named(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "He won the javelin throw in Oslo.",
        "The gun control bill failed.",
        "She works for a think tank in Washington.",
        "A suicide bomber struck the market.",
        "Villagers fled the drone strike.",
        "Talks enter a second round on Monday.",
        "He broke both his arms.",
        "Firefighters and foreign fighters met.",
    ],
)
def test_english_words_that_only_sound_like_arms_are_none(sentence: str) -> None:
    assert named(sentence, "en") == []


@pytest.mark.parametrize("text", ["Patriot", "kapal", "suku cadang", "pesawat", "K9", "P3"])
def test_what_may_be_another_thing_needs_context(text: str) -> None:
    found = only(f"Sudah ada {text} di sana.")

    assert (found.text, found.needs_context) == (text, True)


def test_a_doubtful_name_beside_a_noun_of_arms_is_a_system() -> None:
    found = only("Yunani memberi rudal Patriot.")

    assert (found.text, found.systems, found.needs_context) == ("rudal Patriot", ("patriot",), False)


def test_a_name_that_the_article_has_explained_needs_no_context_afterwards() -> None:
    body = "Kenya membeli 118 panser Anoa dari Pindad.\n\nAnoa itu tiba pada Mei."
    second = body.index("Anoa itu")

    assert [(found.text, found.needs_context) for found in find(body, second, len(body), "id")] == [
        ("Anoa", False)
    ]


def test_a_name_of_people_is_a_system_only_beside_its_noun() -> None:
    assert named("Ankara menjual rudal Khan ke Jakarta.") == ["rudal Khan"]
    assert goods("Tuan Khan tiba di Jakarta.") == []


def test_an_unlisted_designator_is_part_of_a_phrase_and_nothing_alone() -> None:
    assert named("Delhi memamerkan jet tempur QX-77 pekan lalu.") == ["jet tempur QX-77"]
    assert goods("Delhi memamerkan QX-77 pekan lalu.") == []


def test_only_what_lies_within_the_bounds_is_given_at_its_place_in_the_body() -> None:
    body = "Kiev minta tank. Berlin memberi rudal Taurus."
    start = body.index("Berlin")

    (found,) = find(body, start, len(body), "id")

    assert body[found.start : found.end] == found.text == "rudal Taurus"


def test_a_language_without_a_lexicon_has_no_goods() -> None:
    assert goods("Die Lieferung von Panzern", "de") == []


# fmt: off
_words = st.sampled_from([
    "rudal", "Patriot", "155", "mm", "F-16", "(UAV)", "kelas", "Pohang", "untuk", "suku cadang", "senjata",
    "İ", "gencatan", "nya", "buatan", "AS", ",", ".", "-", "\n\n", "tank", "K 9", "drone", "berat", ".50",
    "-class",
])
# fmt: on


@given(st.lists(_words, max_size=25).map(" ".join) | st.text(max_size=60), st.sampled_from(["id", "en"]))
def test_phrases_lie_in_the_text_in_order_and_never_overlap(body: str, language: str) -> None:
    found = goods(body, language)

    assert all(body[one.start : one.end] == one.text and one.text.strip() == one.text for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(one.generic == (not one.classes) for one in found)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_class_of_goods_has_words(language: str) -> None:
    text = files("processors.languages").joinpath(f"{language}/goods.toml").read_text("utf8")
    systems = tomllib.loads(files("processors.languages").joinpath("systems.toml").read_text("utf8"))

    nouns = set(tomllib.loads(text)["nouns"]) - {"generic"}

    assert nouns >= set(systems)
    assert lexicon(language) is lexicon(language)
