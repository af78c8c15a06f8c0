"""An article's mentions of arms deals: who supplies what to whom, how surely, and by whose word."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors import arms_deals, quotes, speakers
from processors.records import ArmsDeal
from processors.splitting import split
from processors.tagged import Sentence, Tagged, Token
from processors.tagging import Tagger
from processors.words import Text
from tests.unit.reading import grouped, language, tagged
from tests.unit.timing import takes_less

SECONDS = 8.0  # of processor time for 180,000 characters, tagged
MEANING = bytes(4 * 384)

SALE = (
    "Swedia akan menjual 24 jet tempur Gripen kepada Filipina senilai 3,1 miliar dolar AS, kata "
    "Kementerian Pertahanan Swedia, Senin.\n\n"
    "Kontrak itu diteken di Manila setelah perundingan selama dua tahun. "
    "Pengiriman tahap pertama dijadwalkan pada 2029.\n\n"
    "Menteri Pertahanan Filipina Ramon Salcedo membantah kabar bahwa pesawat itu dibeli dengan utang.\n\n"
    "Sebelumnya, Filipina membeli rudal BrahMos dari India. China mengecam penjualan senjata tersebut.\n"
)
NAMES = {
    "LOC": "Swedia|Filipina|Manila|India|China",
    "ORG": "Kementerian Pertahanan Swedia",
    "PER": "Ramon Salcedo",
}


def found(body: str, code: str = "id", **forms: str) -> list[ArmsDeal]:
    """The mentions: the sentences are the tagger's, the names are given."""
    (read,) = tagger().tag([body], [code])
    return found_in(body, read.sentences, code, **forms)


def found_in(body: str, sentences: tuple[Sentence, ...], code: str = "id", **forms: str) -> list[ArmsDeal]:
    entities = grouped(body, code, **forms)
    text = Text(body, language(code), [(m.start, m.end) for one in entities for m in one.mentions])
    names = tuple(tagged(body, **forms)) if forms else ()
    said = speakers.attribute(text, quotes.direct(text), entities)
    return arms_deals.find(text, Tagged(sentences, names), entities, said)


@cache
def tagger() -> Tagger:
    return Tagger()


def test_a_sale_has_its_act_parties_goods_number_and_price() -> None:
    deal = found(SALE, **NAMES)[0]
    assert (deal.act, deal.status, deal.supplier, deal.recipient) == (
        "sale", "planned", ["Swedia"], ["Filipina"],
    )  # fmt: skip
    assert (deal.supplier_ids, deal.recipient_ids, deal.directed) == (["SE"], ["PH"], True)
    assert (deal.goods, deal.goods_classes) == (["jet tempur Gripen"], ["combat_aircraft"])
    assert (deal.quantity, deal.value, deal.grade) == ("24", "3,1 miliar dolar AS", "A")


def test_sentences_that_name_no_arms_speak_of_the_articles_deal() -> None:
    contract = next(deal for deal in found(SALE, **NAMES) if "Kontrak itu" in deal.evidence)
    assert (contract.supplier_ids, contract.recipient_ids) == (["SE"], ["PH"])
    assert "supplier: of the article" in contract.why


def test_what_is_told_as_past_is_background_with_its_own_parties() -> None:
    earlier = next(deal for deal in found(SALE, **NAMES) if "BrahMos" in deal.evidence)
    assert (earlier.supplier_ids, earlier.recipient_ids, earlier.background) == (["IN"], ["PH"], True)
    assert earlier.systems == ["brahmos"]


def test_who_condemns_a_sale_urges_against_it() -> None:
    condemned = next(deal for deal in found(SALE, **NAMES) if "mengecam" in deal.evidence)
    assert (condemned.status, condemned.claimant, condemned.claimant_country) == (
        "urged_against", "China", "CN",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Rusia diduga memasok rudal balistik kepada Iran.", "alleged"),
        ("Rusia membantah memasok rudal balistik kepada Iran.", "denied"),
        ("Rusia akan memasok rudal balistik kepada Iran.", "planned"),
        ("Rusia mempertimbangkan penjualan rudal balistik kepada Iran.", "possible"),
        ("Rusia menangguhkan pengiriman rudal balistik ke Iran.", "suspended"),
        ("Washington mendesak Rusia menghentikan pasokan rudal balistik ke Iran.", "urged_against"),
        ("Rusia telah memasok rudal balistik kepada Iran.", "confirmed"),
        ("Media melaporkan Rusia memasok rudal balistik kepada Iran.", "reported"),
        ("Rusia berjanji mengirim rudal balistik kepada Iran.", "planned"),
        ("Seoul memantau apakah Rusia akan menjual rudal balistik kepada Iran.", "possible"),
        ("Belum ada keputusan soal penjualan rudal balistik Rusia ke Iran.", "possible"),
        ("Penjualan rudal balistik Rusia ke Iran akan menjadi kesalahan besar.", "urged_against"),
        ("Pengiriman rudal balistik dari Rusia ke Iran sempat tertunda.", "confirmed"),
        (
            "Pejabat yang menolak disebut namanya mengatakan Rusia mengirim rudal balistik ke Iran.",
            "reported",
        ),
        (
            "Washington menuduh Rusia memasok rudal balistik ke Iran, tuduhan yang dibantah Rusia.",
            "alleged",
        ),
        ("Panel ahli PBB menyatakan Rusia mengirim rudal balistik ke Iran.", "alleged"),
        ("Oposisi meminta parlemen menolak penjualan rudal balistik Rusia ke Iran.", "urged_against"),
        ("Oposisi mendesak Rusia menarik tawaran rudal balistik kepada Iran.", "urged_against"),
        ("Rusia mencabut penangguhan pengiriman rudal balistik ke Iran.", "confirmed"),
        ("Rusia berhenti memasok rudal balistik kepada Iran.", "suspended"),
        ("Washington memperingatkan Rusia, yang membantah memasok rudal balistik ke Iran.", "denied"),
        ("Rusia menyanggah telah menjual rudal balistik kepada Iran.", "denied"),
    ],
)
def test_the_words_before_the_act_say_how_sure_it_is(sentence: str, status: str) -> None:
    body = f"Rusia membeli tank dari Iran.\n\n{sentence} Iran juga memesan 40 tank dari Rusia."
    deals = found(body, LOC="Rusia|Iran|Washington")
    assert [deal.status for deal in deals if deal.evidence == sentence] == [status]


@pytest.mark.parametrize(
    "sentence",
    [
        "Iran membeli sistem pertahanan udara S-400 dari Rusia.",
        "Rusia menjual sistem pertahanan udara S-400 kepada Iran.",
        "Sistem pertahanan udara S-400 dibeli Iran dari Rusia.",
        "Pengiriman sistem pertahanan udara S-400 dari Rusia ke Iran dimulai pekan ini.",
    ],
)
def test_active_passive_and_nominal_forms_name_the_same_parties(sentence: str) -> None:
    (deal,) = found(sentence, LOC="Rusia|Iran")
    assert (deal.supplier_ids, deal.recipient_ids) == (["RU"], ["IR"])


@pytest.mark.parametrize(
    ("body", "evidence"),
    [
        (
            "Harga beras di Bangladesh turun setelah panen raya.\n\n"
            "Menteri Perdagangan Rezaul Karim mengatakan stok cukup sampai Maret. Kunjungannya ke Ankara "
            "pekan lalu juga menghasilkan kontrak pengadaan drone Bayraktar TB2 dari Turki, yang menurut "
            "dia diteken tanpa upacara.\n\n"
            "Petani berharap pemerintah menaikkan harga dasar gabah.\n",
            "Kunjungannya ke Ankara",
        ),
        (
            "Presiden Chili membuka sidang parlemen, Senin, dengan pidato tentang pendidikan dan air "
            "bersih.\n\n"
            "Anggaran sekolah naik 7 persen. Pemerintah juga akan membeli 12 helikopter Black Hawk dari "
            "Amerika Serikat untuk angkatan udara, kata presiden. Pajak tembakau dinaikkan mulai Juli.\n\n"
            "Oposisi menilai pidato itu terlalu panjang.\n",
            "Pemerintah juga akan membeli",
        ),
    ],
)
def test_a_deal_in_passing_is_found_in_an_article_on_something_else(body: str, evidence: str) -> None:
    (deal,) = found(body, LOC="Bangladesh|Ankara|Turki|Chili|Amerika Serikat", PER="Rezaul Karim")
    assert deal.evidence.startswith(evidence)


def test_who_reports_a_deal_is_no_party_to_it() -> None:
    body = "NBC News dan Yonhap memberitakan penjualan 40 tank Leopard oleh Jerman kepada Ukraina."
    (deal,) = found(body, LOC="Jerman|Ukraina", ORG="NBC News|Yonhap")
    assert (deal.supplier_ids, deal.recipient_ids) == (["DE"], ["UA"])


def test_what_a_medium_says_may_happen_is_reported() -> None:
    body = "The New York Times melaporkan Rusia mungkin akan menjual rudal balistik kepada Iran."
    (deal,) = found(body, LOC="Rusia|Iran", ORG="The New York Times")
    assert (deal.status, deal.supplier_ids, deal.recipient_ids) == ("reported", ["RU"], ["IR"])


def test_partners_are_parted_as_the_article_tells_elsewhere() -> None:
    body = (
        "Korea Utara memasok peluru artileri kepada Rusia, kata pejabat Seoul.\n\n"
        "Kesepakatan senjata antara Rusia dan Korea Utara itu diteken pada Maret."
    )
    pact = found(body, LOC="Korea Utara|Rusia|Seoul")[-1]
    assert (pact.supplier_ids, pact.recipient_ids, pact.directed) == (["KP"], ["RU"], True)


def test_where_no_state_trades_persons_and_armed_groups_do() -> None:
    body = "Praka AGK menjual 40 butir amunisi kepada KKB di Intan Jaya, kata polisi."
    (deal,) = found(body, PER="AGK", LOC="Intan Jaya")
    assert (deal.supplier, deal.recipient, deal.recipient_ids) == (["AGK"], ["KKB"], ["org:kkb"])


def test_where_states_trade_who_speaks_for_them_is_no_party() -> None:
    body = "Trump akan mengirim rudal Patriot kepada Zelensky. Amerika Serikat dan Ukraina sepakat."
    deals = found(body, PER="Trump|Zelensky", LOC="Amerika Serikat|Ukraina")
    assert not {id_ for deal in deals for id_ in (*deal.supplier_ids, *deal.recipient_ids)} & {
        "per:trump",
        "per:zelensky",
    }


def test_letters_that_only_look_alike_in_capitals_do_no_harm() -> None:
    found("Oknum menjual amunisi kepada kelompok krim\u0130nal bersenjata, krım\u0131nal.", LOC="Papua")


def test_a_system_that_is_taken_for_a_name_is_no_party() -> None:
    (deal,) = found(
        "Amerika Serikat mengirim rudal Hellfire ke Ukraina.", LOC="Amerika Serikat|Ukraina", ORG="Hellfire"
    )
    assert (deal.supplier_ids, deal.recipient_ids, deal.goods) == (["US"], ["UA"], ["rudal Hellfire"])


@pytest.mark.parametrize(
    "body",
    [
        "Gencatan senjata di Gaza mulai berlaku Senin. Kedua pihak saling menahan diri.",
        "Polisi menangkap pelaku yang menembak korban dengan senjata api di Bekasi.",
        "Angkatan Laut Indonesia dan Australia berlatih menembakkan rudal di Laut Timor.",
        "Garuda membeli 20 pesawat penumpang Boeing 737 dari Amerika Serikat.",
        "Iran melanjutkan pengayaan uranium untuk reaktor nuklirnya.",
        "",
    ],
)
def test_what_only_looks_like_a_deal_is_none(body: str) -> None:
    assert found(body, LOC="Gaza|Bekasi|Indonesia|Australia|Amerika Serikat|Iran") == []


def test_an_english_article_is_read_too() -> None:
    body = (
        "Poland has ordered 96 Apache attack helicopters from the United States, the Polish Defence Ministry "
        "said on Monday. The contract is worth $10 billion. First deliveries are expected in 2028.\n\n"
        "The United States will also supply Poland with missiles for the helicopters."
    )
    deals = found(body, "en", LOC="Poland|United States", ORG="Polish Defence Ministry")
    assert (deals[0].supplier_ids, deals[0].recipient_ids, deals[0].grade) == (["US"], ["PL"], "A")
    assert "$10 billion" in [deal.value for deal in deals]


@given(st.lists(st.sampled_from(SALE.split()), max_size=60).map(" ".join))
@settings(max_examples=60, deadline=None)
def test_evidence_lies_where_it_says_in_order_and_apart(body: str) -> None:
    deals = found(body, **NAMES)
    assert all(body[deal.start : deal.end] == deal.evidence for deal in deals)
    assert all(one.end <= other.start for one, other in pairwise(deals))


def test_a_long_article_takes_no_more_than_its_share_of_time() -> None:
    body = SALE * 400
    sentences = tuple(
        Sentence(words[0][0], words[-1][1], tuple(Token(a, b, body[a:b]) for a, b in words), MEANING)
        for words in split(body, "id")
    )
    assert takes_less(SECONDS, lambda: found_in(body, sentences, **NAMES))
