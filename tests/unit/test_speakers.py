"""Who said it: the full name found anywhere in the article, and how it was found."""

import pytest

from tests.unit.reading import heard

OPENING = "Menteri Pertahanan Norwegia Ingrid Solberg mengunjungi pangkalan Bardufoss, Senin.\n\n"
PEOPLE = {
    "PER": "Ingrid Solberg|Solberg|Marius Hamre|Hamre",
    "ORG": "Kementerian Pertahanan",
    "LOC": "Norwegia",
}


def speaker(body: str, **names: str) -> tuple[str | None, str | None, str | None]:
    """Speaker, method and mention of the last quote."""
    quote = heard(body, **(names or PEOPLE))[-1]
    return quote.speaker, quote.speaker_method, quote.speaker_mention.text if quote.speaker_mention else None


@pytest.mark.parametrize(
    ("sentence", "mention", "method"),
    [
        ('"Kami siap membantu," kata Solberg.', "Solberg", "explicit"),
        ('"Kami siap membantu," ujar Menteri Solberg, Senin.', "Solberg", "explicit"),
        ('Solberg mengatakan, "Kami siap membantu."', "Solberg", "explicit"),
        ('Menanggapi hal itu, Solberg berujar singkat, "Kami siap membantu."', "Solberg", "explicit"),
        ('Solberg, politikus senior dari Bergen, menambahkan: "Kami siap membantu."', "Solberg", "explicit"),
        ('"Kami siap membantu," kata dia.', "dia", "coreference"),
        ('Ia menambahkan, "Kami siap membantu."', "Ia", "coreference"),
        ('"Kami siap membantu," kata politikus itu.', "politikus itu", "coreference"),
        ('"Kami siap membantu," kata Menhan.', "Menhan", "role"),
        ('"Kami siap membantu," ujar menteri pertahanan itu.', "menteri pertahanan itu", "role"),
        ('"Kami siap membantu," ujarnya.', "ujarnya", "implied"),
        ('"Kami siap membantu anggota aliansi yang lain."', None, "implied"),
    ],
)
def test_names_pronouns_offices_and_silence_lead_to_the_full_name(
    sentence: str, mention: str | None, method: str
) -> None:
    assert speaker(OPENING + sentence) == ("Ingrid Solberg", method, mention)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ('"Kami menolak," kata pengacara Solberg, Marius Hamre, Selasa.', "Marius Hamre"),
        ('"Kami menolak," kata ketua serikat itu, Marius Hamre.', "Marius Hamre"),
        ('"Kami menolak," ujar juru bicara Kementerian Pertahanan Marius Hamre.', "Marius Hamre"),
        ('Kepada Solberg, Hamre menjawab, "Kami menolak."', "Marius Hamre"),
        ('"Kami menolak," kata Solberg dan Hamre.', "Ingrid Solberg dan Marius Hamre"),
        ('"Kami menolak," demikian pernyataan Kementerian Pertahanan.', "Kementerian Pertahanan"),
        ('"Kami menolak," kata seorang pejabat kementerian kepada wartawan.', "seorang pejabat kementerian"),
    ],
)
def test_titles_appositions_and_other_peoples_names_are_put_aside(sentence: str, name: str) -> None:
    body = OPENING + "Hadir pula Marius Hamre.\n\n" + sentence
    assert speaker(body)[0] == name


def test_quotes_that_follow_are_the_same_speakers_until_another_is_named() -> None:
    body = OPENING + (
        '"Kami siap membantu," kata Solberg. "Tahun ini juga."\n\n'
        '"Bantuan itu tidak gratis," tambahnya.\n\n'
        'Marius Hamre dari partai oposisi menilai rencana itu mahal. "Rakyat yang membayar," tuturnya.'
    )
    assert [quote.speaker for quote in heard(body, **PEOPLE)] == ["Ingrid Solberg"] * 3 + ["Marius Hamre"]


def test_a_source_without_a_name_speaks_on_as_it_was_introduced() -> None:
    body = 'Seorang diplomat di Praha berkata perundingan macet. "Harganya tinggi," kata diplomat itu.'
    assert speaker(body, LOC="Praha")[0] == "Seorang diplomat di Praha"


def test_the_quote_knows_its_cue_and_its_speakers_id() -> None:
    quote = heard(OPENING + '"Kami siap membantu," tegas Solberg.', **PEOPLE)[0]
    assert quote.cue
    assert (quote.cue.text, quote.speaker_id) == ("tegas", "per:ingrid-solberg")


def test_a_name_the_tagger_missed_is_taken_as_it_stands() -> None:
    assert (
        speaker('"Kami siap membantu," kata ekonom senior Joko Prasetyo, Senin.', LOC="Jakarta")[0]
        == "Joko Prasetyo"
    )


def test_nobody_is_invented_where_nobody_is_named() -> None:
    assert speaker('"Kami semua siap membantu hari ini."', LOC="Jakarta") == (None, None, None)


def test_english_speakers_are_found_on_both_sides_of_their_cue() -> None:
    body = (
        'Defence Minister Ingrid Solberg visited on Monday. "We are ready," Solberg said. "This year."\n\n'
        '"It is too expensive," said opposition lawmaker Marius Hamre. "People will pay," he added.'
    )
    found = [quote.speaker for quote in heard(body, "en", PER="Ingrid Solberg|Solberg|Marius Hamre")]
    assert found == ["Ingrid Solberg", "Ingrid Solberg", "Marius Hamre", "Marius Hamre"]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ('"Kami menolak," demikian pernyataan Kementerian Pertahanan. "Kami siap," demikian pernyataan itu.',
         "Kementerian Pertahanan"),
        ('"Kami menolak," kata seorang diplomat yang dekat dengan Solberg. "Kami siap," kata diplomat itu.',
         "seorang diplomat yang dekat dengan Solberg"),
        ('"Kami menolak," kata Kepala Puskesmas Bardufoss, Norwegia, Marius Hamre ketika dihubungi.',
         "Marius Hamre"),
    ],
)  # fmt: skip
def test_statements_descriptions_and_offices_between_commas_lead_to_who_spoke(
    sentence: str, name: str
) -> None:
    assert speaker(OPENING + sentence)[0] == name


def test_a_head_of_state_has_by_names_too() -> None:
    body = 'Presiden Marius Hamre tiba, Senin.\n\n"Kami siap," ujar Kepala Negara.'
    assert speaker(body, PER="Marius Hamre")[:2] == ("Marius Hamre", "role")


ENGLISH = {
    "PER": "Ingrid Solberg|Solberg|Marius Hamre|Hamre",
    "ORG": "Harbour Union|Financial Gazette",
    "LOC": "Norway",
}
ENGLISH_OPENING = "Defence Minister Ingrid Solberg visited the base on Monday.\n\n"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ('"We are ready," she said.', "Ingrid Solberg"),
        ('"We are ready," the minister said on Monday.', "Ingrid Solberg"),
        ('"We refuse," the Harbour Union said. "We will not move," it added.', "Harbour Union"),
        ('"We refuse," said a spokesman for the Harbour Union.', "a spokesman for the Harbour Union"),
    ],
)
def test_english_pronouns_and_descriptions_lead_to_who_spoke(sentence: str, name: str) -> None:
    assert heard(ENGLISH_OPENING + sentence, "en", **ENGLISH)[-1].speaker == name


def test_a_document_is_the_words_of_the_body_that_was_heard_last_not_of_a_country() -> None:
    body = (
        '"Harga naik," tulis Kementerian Pertahanan. '
        '"Kami menolak," kata Norwegia. '
        '"Harga turun," demikian isi dokumen tersebut.'
    )
    assert speaker(body)[0] == "Kementerian Pertahanan"


def test_whom_a_place_is_taken_for_speaks_on() -> None:
    body = '"Kami datang dari jauh," kata Jajang. "Kami lelah," ujarnya.'
    assert speaker(body, LOC="Jajang")[0] == "Jajang"
