"""Events and quotes: what publishers printed, who copied whom, and what a primary record is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from claims.telling import explain
from claims.types import Answer, Outcome, Ruling, Status
from sources.types import Passage, Rung, Says
from tests.claims.evidence import END, claim, gives, judge, silent, slug_of, source

RELAXED = claim("policy_event", "states", subject="US-EXPORT-H200")
RALLY = claim("quote", "states", subject="FED-CHAIR", words="kills every rally")
GAZETTE_TEXT = (
    "The Bureau of Industry and Security amends the Export Administration Regulations to revise the licence review "
    "policy for exports of certain advanced computing items, including the H200, effective January 15, 2026."
)
OUTLET_TEXT = "Washington will let Nvidia sell its H200 chip to approved customers in China, three officials told us."
OTHER_TEXT = "Exports of the H200 get easier: a licence will be reviewed case by case, says the Commerce Department."


def prints(
    name: str, text: str = OUTLET_TEXT, says: Says = Says.SUPPORTS, rung: Rung = Rung.OUTLET, **more: Any
) -> Answer:
    slug = slug_of(name)
    passage = Passage(slug, f"https://{slug}.example/1", text, rung, says, END - timedelta(hours=2), **more)
    return Answer(f"lookup of {name}", slug, name, passage=passage)


def verdict(ruling: Ruling) -> tuple[Outcome, Status]:
    return ruling.outcome, ruling.status


SINGLE = (Outcome.SUPPORTED, Status.SINGLE_SOURCE)
VERIFIED = (Outcome.SUPPORTED, Status.VERIFIED)
GAZETTE = prints("Federal Register", GAZETTE_TEXT, rung=Rung.PRIMARY_RECORD)


def test_relaxed_export_controls_are_single_source_on_the_14th_and_verified_by_the_gazette_later() -> None:
    on_the_14th = judge(RELAXED, [silent("Federal Register", "no_data"), prints("Outlet")])
    assert verdict(on_the_14th) == SINGLE
    assert explain(on_the_14th).reason == "Only Outlet states this; Federal Register had no data."
    later = judge(RELAXED, [GAZETTE, prints("Outlet")])
    assert verdict(later) == VERIFIED
    assert explain(later).reason == "Federal Register prints this as the primary record."
    assert (explain(later).wording, later.rests_on) == ("according to Federal Register", ("Federal Register",))


def test_a_paraphrased_quote_in_one_outlet_is_single_source_and_says_paraphrase() -> None:
    text = "He warned that the two words nobody wants to hear, higher rates, are what kills every rally he remembers."
    ruling = judge(RALLY, [prints("Outlet", text, verbatim=False)])
    assert verdict(ruling) == SINGLE
    assert ruling.flags == ("content_apart", "paraphrase", "rests_on:Outlet")
    assert explain(ruling).findings == {
        "lookup of Outlet": "states this (outlet); printed at 03:00 UTC on 14 January 2026; paraphrased, not quoted"
    }


def test_one_publisher_with_the_words_themselves_takes_the_paraphrase_back() -> None:
    ruling = judge(RALLY, [prints("Outlet", verbatim=False), prints("Wire", OTHER_TEXT, verbatim=True)])
    assert verdict(ruling) == VERIFIED
    assert ruling.flags == ("content_apart", "rests_on:Outlet", "rests_on:Wire")


def test_two_publishers_with_words_of_their_own_verify_an_event() -> None:
    ruling = judge(RELAXED, [prints("Outlet"), prints("Wire", OTHER_TEXT, rung=Rung.WIRE)])
    assert verdict(ruling) == VERIFIED
    assert explain(ruling).reason == "Outlet and Wire state this, each in words of their own."


@pytest.mark.parametrize("copied", [OUTLET_TEXT, OUTLET_TEXT.upper(), f"By our reporters. {OUTLET_TEXT} More soon."])
def test_near_identical_texts_are_one_voice_whoever_printed_them(copied: str) -> None:
    ruling = judge(RELAXED, [prints("Outlet"), *(prints(name, copied) for name in ("Paper", "Portal", "Blog"))])
    assert (verdict(ruling), ruling.supporting) == (SINGLE, 1)


def test_a_copy_of_the_primary_record_does_not_climb_to_its_rung() -> None:
    copies = [prints(name, GAZETTE_TEXT) for name in ("Outlet", "Paper")]
    assert verdict(judge(RELAXED, copies)) == SINGLE
    with_record = judge(RELAXED, [*copies, GAZETTE])
    assert (verdict(with_record), with_record.supporting) == (VERIFIED, 1)
    assert explain(with_record).wording == "according to Federal Register"


def test_the_quoted_words_alone_make_nobody_a_copy() -> None:
    words = "higher for longer is what kills every rally in this market and it will kill this one too before the summer"
    said = claim("quote", "states", subject="FED-CHAIR", words=words)
    texts = [
        f"Speaking in Basel on Tuesday, the governor said: {words}.",
        f"In a lecture to students he added {words}.",
    ]
    answers = [prints(name, text, verbatim=True) for name, text in zip(("Outlet", "Wire"), texts, strict=True)]
    assert verdict(judge(said, answers)) == VERIFIED
    assert verdict(judge(RALLY, answers)) == SINGLE


def test_what_the_primary_record_denies_outlets_do_not_verify() -> None:
    denied = prints("Federal Register", GAZETTE_TEXT, Says.DENIES, Rung.PRIMARY_RECORD)
    texts = [
        OUTLET_TEXT,
        OTHER_TEXT,
        "A third account from a lobby dinner in Georgetown",
        "Und ein Blatt aus Frankfurt",
    ]
    outlets = [prints(f"Outlet {number}", text) for number, text in enumerate(texts)]
    ruling = judge(RELAXED, [denied, *outlets])
    assert (verdict(ruling), ruling.supporting) == ((Outcome.CONFLICTING, Status.RUMOR), 4)
    assert explain(ruling).reason.endswith("more independent sources state this, but Federal Register denies this.")


def test_denials_refute_and_mentions_decide_nothing() -> None:
    deny = [prints("Outlet", says=Says.DENIES), prints("Wire", OTHER_TEXT, Says.DENIES)]
    assert verdict(judge(RELAXED, deny)) == (Outcome.REFUTED, Status.RUMOR)
    assert verdict(judge(RELAXED, deny[:1])) == (Outcome.DOUBTED, Status.RUMOR)
    mention = judge(RELAXED, [prints("Outlet", says=Says.MENTIONS)])
    assert verdict(mention) == (Outcome.INSUFFICIENT, Status.RUMOR)
    assert explain(mention).reason == "Outlet mentions this and does not say whether it is so."


def test_before_anybody_can_be_asked_nobody_was_asked() -> None:
    ruling = judge(RELAXED, [])
    assert verdict(ruling) == (Outcome.INSUFFICIENT, Status.RUMOR)
    assert explain(ruling).reason == "Nobody was asked: no source covers this."


def test_the_publisher_of_the_claim_and_nobodys_publisher_raise_no_count() -> None:
    own = judge(RELAXED, [prints("Outlet"), prints("Wire", OTHER_TEXT)], publisher="outlet")
    assert (verdict(own), own.supporting) == (SINGLE, 1)
    stranger = judge(RELAXED, [prints("Blog")], source("Blog", owner=""))
    assert verdict(stranger) == (Outcome.INSUFFICIENT, Status.RUMOR)
    assert "is not classified" in explain(stranger).reason


def test_a_passage_says_nothing_about_a_figure_nor_a_figure_about_a_statement() -> None:
    assert verdict(judge(claim("open_interest", "equals", "61B"), [prints("Outlet")]))[0] is Outcome.INSUFFICIENT
    mixed = judge(RELAXED, [gives("A", "1"), prints("Outlet")])
    assert (verdict(mixed), mixed.consensus, mixed.voices["A"]) == (SINGLE, None, "inconclusive")
    assert explain(mixed).findings["lookup of A"] == "a figure cannot confirm or deny what this claim states"


def test_a_passage_speaks_for_its_publisher_and_has_words() -> None:
    found = prints("Outlet")
    with pytest.raises(ValueError, match="publisher"):
        judge(RELAXED, [Answer("key", "finder", "Finder", passage=found.passage)])
    with pytest.raises(ValueError, match="words"):
        prints("Outlet", " ")


def test_a_text_turned_into_its_opposite_silences_nobody() -> None:
    deny = [prints("Outlet", says=Says.DENIES), prints("Wire", OTHER_TEXT, Says.DENIES)]
    turned = [prints("Liar", f"Not so: {OUTLET_TEXT}"), prints("Other liar", f"Not so: {OTHER_TEXT}")]
    ruling = judge(RELAXED, [*deny, *turned])
    assert (verdict(ruling), ruling.supporting, ruling.contradicting) == ((Outcome.CONFLICTING, Status.RUMOR), 2, 2)


def test_who_prints_both_sides_takes_nobody_along() -> None:
    denied = [prints("Outlet", says=Says.DENIES), prints("Paper", GAZETTE_TEXT, Says.DENIES)]
    both = [prints("Liar", says=Says.DENIES), replace(prints("Liar", "It was said so on a train."), key="second")]
    ruling = judge(RELAXED, [*denied, *both])
    assert (verdict(ruling)[0], ruling.voices["Liar"]) == (Outcome.REFUTED, "split")


def test_a_copy_with_another_reading_does_not_split_the_primary_record() -> None:
    denied = prints("Federal Register", GAZETTE_TEXT, Says.DENIES, Rung.PRIMARY_RECORD)
    relay = source("Portal", republishes=("federal_register",))
    ruling = judge(RELAXED, [denied, prints("Portal"), prints("Wire", OTHER_TEXT), prints("Blog", "So I hear.")], relay)
    assert (verdict(ruling), ruling.voices["Federal Register"]) == ((Outcome.CONFLICTING, Status.RUMOR), "contradicts")


def test_one_publisher_that_says_both_is_split() -> None:
    both = [prints("Outlet"), Answer("second", "outlet", "Outlet", passage=prints("Outlet", says=Says.DENIES).passage)]
    ruling = judge(RELAXED, both)
    assert (verdict(ruling)[0], ruling.voices) == (Outcome.INSUFFICIENT, {"Outlet": "split"})


CHINESE = [
    ([GAZETTE, prints("Outlet")], "Federal Register以原始文件载明此事。", "消息来自Federal Register"),
    ([prints("Outlet")], "只有Outlet报道了此事。", "消息来自Outlet"),
    (
        [prints("Outlet"), prints("Wire", OTHER_TEXT, Says.DENIES)],
        "Outlet报道了此事，但Wire否认此事。",
        "消息来自Outlet，但Wire否认此事",
    ),
]


@pytest.mark.parametrize(("answers", "reason", "wording"), CHINESE)
def test_what_was_printed_is_told_in_chinese_too(answers: list[Answer], reason: str, wording: str) -> None:
    told = explain(judge(RELAXED, answers), "zh")
    assert (told.reason, told.wording) == (reason, wording)
