"""The same sentences in Chinese: right for every row of the English ones, and whole for whatever was ruled."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.telling import LANGUAGES, TONGUES, Explanation, explain
from claims.telling.chinese import CHINESE
from claims.telling.chinese import PHRASES as CHINESE_PHRASES
from claims.telling.english import PHRASES as ENGLISH_PHRASES
from claims.telling.silences import LABELS, SILENCES
from claims.types import Answer, Assertion, Gap, Region, Ruling
from sources.errors import REASONS
from sources.types import Says, SourceFacts
from tests.claims.evidence import END, HOUR, at_least, at_most, claim, gives, judge, silent, source
from tests.claims.test_reasons import BELOW, BROKE, CAPPED, FELL, KEPT, LOW, OI, RECORD, SENTENCES, publisher_of
from tests.claims.test_verdict_passages import GAZETTE, OTHER_TEXT, RELAXED, prints

# Row of SENTENCES -> reason, wording.
SAID = {
    "eight venues": (
        "Binance、Bitstamp等8家独立交易所的成交价达到95,952美元或以上；最早出现在UTC时间02:41。",
        "数据来自Binance、Bitstamp等8家交易所",
    ),
    "three venues and one that saw less": (
        "Binance、Bitstamp等4家独立交易所的成交价达到95,952美元或以上；OKX的最高成交价未超过95,100美元。",
        "数据来自Binance、Bitstamp等4家交易所",
    ),
    "one venue": (
        "只有OKX的成交价达到95,952美元或以上；最早出现在UTC时间02:41；Kraken未回应。",
        "数据来自OKX",
    ),
    "a conflict": (
        "OKX的成交价达到95,952美元或以上，但Gemini和Kraken的最高成交价均未超过95,100美元。",
        "数据来自OKX，但Gemini和Kraken的最高成交价均未超过95,100美元",
    ),
    "a refutation": (
        "Gemini和Kraken的最高成交价均未超过95,100美元，而按该说法应为95,952美元或以上。",
        "但Gemini和Kraken的最高成交价均未超过95,100美元",
    ),
    "a doubt": (
        "能判定此事的只有Kraken：该交易所的最高成交价未超过95,100美元，而按该说法应为95,952美元或以上。",
        "但Kraken的最高成交价未超过95,100美元",
    ),
    "a fall": (
        "Gemini和Kraken的成交价跌至90,045美元或以下。",
        "数据来自Gemini和Kraken",
    ),
    "a fall that did not come": (
        "Gemini和Kraken的最低成交价均未低于91,000美元，而按该说法应为90,045美元或以下。",
        "但Gemini和Kraken的最低成交价均未低于91,000美元",
    ),
    "a level kept": (
        "Gemini和Kraken的成交价始终不低于89,955美元。",
        "数据来自Gemini和Kraken",
    ),
    "a level lost": (
        "Gemini和Kraken的成交价曾低至88,000美元，而按该说法应为89,955美元或以上。",
        "但Gemini和Kraken的成交价曾低至88,000美元",
    ),
    "a lid lifted": (
        "Gemini和Kraken的成交价曾高至99,910美元，而按该说法应为99,049.5美元或以下。",
        "但Gemini和Kraken的成交价曾高至99,910美元",
    ),
    "one dashboard": (
        "只有CoinGlass给出这一数据（4.191亿美元）；Coinalyze未设密钥，未被查询。",
        "数据来自CoinGlass，其总额只是下限",
    ),
    "one dashboard and two copies": (
        "只有CoinGlass给出这一数据（4.191亿美元）；Copy A和Copy B与其同源，不另计。",
        "数据来自CoinGlass，其总额只是下限",
    ),
    "two dashboards, one zero, one slip": (
        "A和B给出的数据为4.02亿至4.191亿美元；Kilo疑似用错单位；Nil给出零，而其他来源数值很大。",
        "数据来自A和B",
    ),
    "floors": (
        "A和B给出的数据为至少5800万美元。",
        "数据来自A和B，其总额只是下限",
    ),
    "a floor and a figure": (
        "B给出的数据为8000万美元，A给出的数据为至少6100万美元。",
        "数据来自A和B，其总额只是下限",
    ),
    "a floor and a ceiling that both deny": (
        "A给出的数据为至少800亿美元，B给出的数据为至多300亿美元，而按该说法应为580亿至641亿美元。",
        "但A给出的数据为至少800亿美元，B给出的数据为至多300亿美元",
    ),
    "one that confirms without giving the figure": (
        "只有A证实这一点（96,240美元）。",
        "数据来自A",
    ),
    "an authority that denies what others say": (
        "A和B给出的数据为22,000,000枚，但Schedule（该数据以其为准）给出的数据为20,999,999.98枚。",
        "数据来自A和B，但Schedule给出的数据为20,999,999.98枚",
    ),
    "a title with an article": (
        "The schedule（该数据以其为准）给出的数据为20,999,999.98枚。",
        "数据来自The schedule",
    ),
    "an authority that denies alone": (
        "Schedule（该数据以其为准）给出的数据为20,999,999.98枚，而按该说法应为21,991,200至22,008,800枚。",
        "但Schedule给出的数据为20,999,999.98枚",
    ),
    "two that deny while a third uses another unit": (
        "A和C给出的数据为600亿至610亿美元，而按该说法应为5800万至6410万美元；B疑似用错单位。",
        "但A和C给出的数据为600亿至610亿美元",
    ),
    "one that confirms beside a house that disagrees": (
        "只有C给出这一数据（610亿美元）；X名下的数据自相矛盾。",
        "数据来自C",
    ),
    "a record against a short history": (
        "现有数据不足以判定：据Nikkei，比其掌握的此前最高收盘高出至多209.67点，但其历史数据太短，不足以认定为纪录。",
        "尚无独立来源证实",
    ),
    "an interval that reaches over the edge": (
        "现有数据不足以判定：据A，介于95,900至96,200美元之间，其中只有一部分属于95,952美元或以上。",
        "尚无独立来源证实",
    ),
    "a rolling total asked too late": (
        "没有来源给出数据：CoinGlass只有其他时点的数据；Coinalyze不涵盖此项。",
        "尚无独立来源证实",
    ),
    "nobody has a key": (
        "未查询任何来源：CoinGlass和Coinalyze均未设密钥。",
        "尚无独立来源证实",
    ),
    "only a floor": (
        "没有来源直接给出这一数据；A给出的数据为至少6100万美元，而下限不能证实确切数字。",
        "尚无独立来源证实",
    ),
    "only a floor below a level": (
        "现有数据不足以判定：据A，至少95,000美元，未达到95,952美元或以上，而下限不能排除这一可能。",
        "尚无独立来源证实",
    ),
    "only a ceiling": (
        "没有来源直接给出这一数据；A和B给出的数据为至多800亿美元，而上限只能限定范围。",
        "尚无独立来源证实",
    ),
    "no map": (
        "所查询的来源均未统计这些仓位的分布；未平仓合约总额612亿美元只是上限。",
        "尚无独立来源证实",
    ),
    "within the guard band": (
        "现有数据不足以判定：据A，95,920美元，仅比95,952美元低32美元，差距过小，无法判定（在48美元的容差带之内）；另有1个来源同样不明确。",
        "尚无独立来源证实",
    ),
    "another unit": (
        "A给出的数据为612亿美元，但B给出的数据为61.2万亿美元，两者恰好相差1000倍，其中一方可能用错了单位。",
        "数据来自A，但B给出的数据为61.2万亿美元",
    ),
    "about another unit": (
        "A给出的数据为612亿美元，但B给出的数据为61万亿美元，两者约差1000倍，其中一方可能用错了单位。",
        "数据来自A，但B给出的数据为61万亿美元",
    ),
    "another sign": (
        "A给出的数据为−3.1%，但B给出的数据为3.1%，两者只差正负号，其中一方的正负号可能有误。",
        "数据来自A，但B给出的数据为3.1%",
    ),
    "the authority": (
        "Nikkei（该数据以其为准）显示，收盘报53,549.16点，比此前最高收盘高出209.67点。",
        "数据来自Nikkei",
    ),
    "no record": (
        "Nikkei（该数据以其为准）显示，收盘距纪录还差120.5点，Stooq显示，收盘距纪录还差119点。",
        "但Nikkei和Stooq显示，收盘距纪录还差119至120.5点",
    ),
    "a record low": (
        "A和B显示，收盘比此前最低收盘低12.4至12.5点。",
        "数据来自A和B",
    ),
    "an interested party": (
        "只有Venue（当事方）给出这一数据（610亿美元）。",
        "数据来自Venue（当事方）",
    ),
    "two interested parties": (
        "只有利益相关方证实这一点：Place和Venue给出的数据为610亿美元。",
        "数据来自Place和Venue",
    ),
    "a house that disagrees": (
        "X名下的数据自相矛盾，因此不计入任何一方。",
        "尚无独立来源证实",
    ),
    "nobody's figure": (
        "没有可以采信的数据：A和B均尚未归类，不能计入。",
        "尚无独立来源证实",
    ),
    "nobody to ask": (
        "未查询任何来源：没有来源涵盖此项。",
        "尚无独立来源证实",
    ),
    "nobody asked": (
        "未查询任何来源：A未设密钥；B不涵盖此项。",
        "尚无独立来源证实",
    ),
    "nobody answered": (
        "没有来源给出数据：B和C的统计口径均不同；A没有数据。",
        "尚无独立来源证实",
    ),
    "one may still answer": (
        "唯一被查询的来源A尚未回应，将再次查询。",
        "",
    ),
    "two may still answer": (
        "所查询的2个来源均尚未回应，将再次查询。",
        "",
    ),
    "a slip of the sign": (
        "A和C给出的数据为−3.1%至−2.9%；B疑似用错正负号。",
        "数据来自A和C",
    ),
    "two houses that disagree": (
        "X和Y名下的数据各自矛盾，因此不计入任何一方。",
        "尚无独立来源证实",
    ),
    "a ceiling above a lid": (
        "现有数据不足以判定：据A，至多700亿美元，609亿美元或以下仍有可能，上限不能排除。",
        "尚无独立来源证实",
    ),
    "a size": (
        "A和B给出的数据为71亿至73亿美元，而按该说法应为100亿美元至1000亿美元（不含上限）。",
        "但A和B给出的数据为71亿至73亿美元",
    ),
    "the claim's own publisher": (
        "没有可以采信的数据：Wire是该说法的发布方，不能自证。",
        "尚无独立来源证实",
    ),
    "a figure of another hour": (
        "没有可以采信的数据：A给出的是其他时点的数据。",
        "尚无独立来源证实",
    ),
    "refusals of every kind": (
        "没有来源给出数据：C要求稍后再查；A拒绝访问。",
        "尚无独立来源证实",
    ),
}


@pytest.mark.parametrize(
    ("name", "assertion", "answers", "facts"), [pytest.param(*row[:4], id=row[0]) for row in SENTENCES]
)
def test_the_sentence_says_what_was_found(
    name: str, assertion: Assertion, answers: list[Answer], facts: list[SourceFacts]
) -> None:
    told = explain(judge(assertion, answers, *facts, publisher=publisher_of(answers)), "zh")
    assert (told.reason, told.wording) == SAID[name]


def test_a_gap_gives_its_note_in_brackets() -> None:
    gap = Gap("open_interest", "BTC", END - HOUR, None, note="各平台均不公布完整数据。")
    assert (
        explain(judge(OI, [], gaps=[gap]), "zh").reason
        == "目前没有机构就此发布权威数据（备注：各平台均不公布完整数据）。"
    )
    silent_gap = Gap("open_interest", "BTC", END - HOUR, None)
    assert explain(judge(OI, [], gaps=[silent_gap]), "zh").reason == "目前没有机构就此发布权威数据。"


@pytest.mark.parametrize(
    ("agreed", "english", "chinese"),
    [
        ("no venue says so", "no venue says so", "目前没有权威数据发布"),
        ("交易所均未公布", "for which no authoritative figure is published", "交易所均未公布"),
    ],
)
def test_what_an_editor_wrote_for_a_gap_is_printed_in_its_language(agreed: str, english: str, chinese: str) -> None:
    ruling = judge(OI, [], gaps=[Gap("open_interest", "BTC", END - HOUR, None, wording=agreed)])
    assert (explain(ruling, "en").wording, explain(ruling, "zh").wording) == (english, chinese)


def test_a_window_that_is_still_open_says_until_when() -> None:
    told = explain(judge(OI, [], now=END - HOUR), "zh")
    assert told.reason == "统计时段到UTC时间2026年1月14日05:00才结束，目前尚无结论。"
    assert told.wording == ""


# Findings


@pytest.mark.parametrize(
    ("assertion", "answer", "text"),
    [
        (BROKE, gives("A", "96240"), "96,240美元，等于或高于95,952美元"),
        (BROKE, gives("A", "95100"), "95,100美元，比95,952美元低852美元"),
        (BROKE, gives("A", "96240", observed_at=None), "96,240美元，等于或高于95,952美元；数据方未说明时点"),
        (OI, gives("A", "61.2B"), "612亿美元，在580亿至641亿美元的范围内"),
        (OI, gives("A", "65B"), "650亿美元，仅比641亿美元高9.5亿美元，差距过小，无法判定（在30.5亿美元的容差带之内）"),
        (OI, at_least("A", "40B"), "至少400亿美元，而下限不能证实确切数字"),
        (
            OI,
            gives("A", "61B", observed_at=END - timedelta(hours=30)),
            "观测时点为UTC时间1月12日23:00，距UTC时间05:00过远，不予计入",
        ),
        (FELL, gives("A", "2"), "2%，比−2.7%高4.7个百分点"),
        (RECORD, gives("A", "-120.5"), "距纪录还差120.5点"),
        (LOW, gives("A", "12.5"), "比此前最低收盘低12.5点"),
        (KEPT, gives("A", "88000"), "88,000美元，比89,955美元低1,955美元"),
        (CAPPED, gives("A", "98000"), "98,000美元，等于或低于99,049.5美元"),
        (claim("price", "states"), gives("A", "98000"), "数字既不能证实也不能否定该说法的内容"),
    ],
)
def test_a_finding_is_told_in_clauses(assertion: Assertion, answer: Answer, text: str) -> None:
    assert explain(judge(assertion, [answer]), "zh").findings[answer.key] == text


@pytest.mark.parametrize(
    ("assertion", "closes", "text"),
    [
        (BROKE, {"highest_close": "96010", "last_close": "96005"}, "至时段结束仍守在其上"),
        (BROKE, {"highest_close": "96010", "last_close": "95000"}, "曾收于其上但未能守住"),
        (BROKE, {"highest_close": "95900", "last_close": "95000"}, "仅触及，从未收于其上"),
        (BROKE, {"open": "96100"}, "时段开始时已高于该价位"),
        (BELOW, {"lowest_close": "89000", "last_close": "89000"}, "至时段结束仍处于其下"),
        (BELOW, {"open": "89000"}, "时段开始时已低于该价位"),
    ],
)
def test_a_level_was_touched_closed_beyond_or_held(assertion: Assertion, closes: dict[str, str], text: str) -> None:
    value = "96240" if assertion is BROKE else "89000"
    told = explain(judge(assertion, [gives("A", value, detail=closes)]), "zh").findings["lookup of A"]
    assert told.split("；")[1] == text


# What was printed


@pytest.mark.parametrize(
    ("answers", "reason", "wording"),
    [
        ([GAZETTE, prints("Outlet")], "Federal Register以原始文件载明此事。", "消息来自Federal Register"),
        (
            [silent("Federal Register", "no_data"), prints("Outlet")],
            "只有Outlet报道了此事；Federal Register没有数据。",
            "消息来自Outlet",
        ),
        (
            [prints("Outlet"), prints("Wire", OTHER_TEXT)],
            "Outlet和Wire各自独立报道了此事。",
            "消息来自Outlet和Wire",
        ),
        ([prints("Outlet"), prints("Copy")], "只有Copy报道了此事；Outlet与其同源，不另计。", "消息来自Copy"),
        (
            [prints("Outlet"), prints("Wire", OTHER_TEXT, Says.DENIES)],
            "Outlet报道了此事，但Wire否认此事。",
            "消息来自Outlet，但Wire否认此事",
        ),
        ([prints("Outlet", says=Says.DENIES)], "Outlet否认此事。", "但Outlet否认此事"),
        ([prints("Outlet", says=Says.MENTIONS)], "Outlet提及此事，但未说明是否属实。", "尚无独立来源证实"),
    ],
)
def test_a_statement_is_told_by_who_printed_it(answers: list[Answer], reason: str, wording: str) -> None:
    told = explain(judge(RELAXED, answers), "zh")
    assert (told.reason, told.wording) == (reason, wording)


def test_a_passage_is_told_with_its_rung_its_time_and_whether_it_is_a_paraphrase() -> None:
    told = explain(judge(RELAXED, [prints("Outlet", verbatim=False)]), "zh").findings["lookup of Outlet"]
    assert told == "写明此事（媒体）；发表于UTC时间2026年1月14日03:00；为转述而非原话"


# Figures and times


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("458200000", "USD", "4.582亿美元"),
        ("458000000", "USD", "4.58亿美元"),
        ("61200000000", "USD", "612亿美元"),
        ("1250000000", "USD", "12.5亿美元"),
        ("980E+9", "USD", "9800亿美元"),
        ("61.2E+12", "USD", "61.2万亿美元"),
        ("3136000000000", "USD", "3.14万亿美元"),
        ("61400000", "USD", "6140万美元"),
        ("1234567", "USD", "123万美元"),
        ("999.96E+6", "USD", "10亿美元"),
        ("999960", "USD", "100万美元"),
        ("999949", "USD", "999,949美元"),
        ("96000", "USD", "96,000美元"),
        ("96240.50", "USD", "96,240.5美元"),
        ("3.5", "USD", "3.5美元"),
        ("0", "USD", "0美元"),
        ("0.00001234567", "USD", "0.00001235美元"),
        ("-61.2E+9", "USD", "−612亿美元"),
        ("3.20", "percent", "3.2%"),
        ("-3", "percent", "−3%"),
        ("0.00123456", "percent", "0.001235%"),
        ("53549.16", "points", "53,549.16点"),
        ("20999999.9769", "coins", "20,999,999.98枚"),
        ("123456", "accounts", "123,456个账户"),
        ("1E+300", "USD", "1.000E+300"),
        ("7", "unknown", "7"),
    ],
)
def test_a_figure_is_written_as_in_chinese_news(value: str, unit: str, text: str) -> None:
    assert CHINESE.figure(Decimal(value), unit) == text


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value="1e15", places=4), st.decimals(min_value=0, max_value="1e15", places=4))
def test_what_english_tells_apart_chinese_does(one: Decimal, other: Decimal) -> None:
    """Both round to the same digit."""
    same = [tongue.figure(one, "USD") == tongue.figure(other, "USD") for tongue in TONGUES.values()]
    assert len(set(same)) == 1


def test_times_stay_in_utc() -> None:
    assert CHINESE.clock(END, END) == "UTC时间05:00"
    assert CHINESE.clock(END - timedelta(hours=6), END) == "UTC时间1月13日23:00"
    assert CHINESE.calendar(END) == "UTC时间2026年1月14日05:00"


def test_ranges_share_their_unit_and_bounds_are_said() -> None:
    assert CHINESE.figures([Decimal("61.2E+9"), Decimal("61E+9")], "USD") == "610亿至612亿美元"
    assert CHINESE.figures([Decimal("-3.1"), Decimal("-2.9")], "percent") == "−3.1%至−2.9%"
    size = Region(Decimal("1E+10"), Decimal("1E+11"), Decimal(0), below_high=True)
    assert CHINESE.bounds(size, "USD") == "100亿美元至1000亿美元（不含上限）"


@pytest.mark.parametrize(
    ("titles", "text"),
    [(["A"], "A"), (["A", "B"], "A和B"), (["A", "B", "C"], "A、B和C"), (list("ABCD"), "A、B等4个来源")],
)
def test_names_are_listed_as_in_chinese(titles: list[str], text: str) -> None:
    assert CHINESE.names(titles) == text


# The tables


def placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_both_languages_have_the_same_phrases() -> None:
    assert set(ENGLISH_PHRASES) == set(CHINESE_PHRASES)


@pytest.mark.parametrize("key", sorted(ENGLISH_PHRASES))
def test_a_phrase_names_its_parts_alike_in_both_languages(key: str) -> None:
    forms = [
        placeholders(form)
        for phrases in (ENGLISH_PHRASES, CHINESE_PHRASES)
        for form in ([phrases[key]] if isinstance(phrases[key], str) else phrases[key])
    ]
    joints = {"others", "all", "count"}  # English counts the others, Chinese all of them
    free = joints | ({"names"} if key == "unanswered" else set())
    assert len({frozenset(one - free) for one in forms}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_abstention_and_label_has_its_words(language: str) -> None:
    assert set(SILENCES) == set(REASONS)
    keys = {f"silent.{word}" for word in SILENCES} | {f"label.{word}" for word in LABELS}
    assert keys <= set(TONGUES[language].phrases)


# Whatever is ruled

FIGURES = {
    BROKE: ("96240", "96010", "95920", "95100", "9624"),
    BELOW: ("89000", "90050", "91000"),
    KEPT: ("91000", "89950", "88000"),
    CAPPED: ("98000", "99900"),
    OI: ("61B", "61.2B", "66B", "30B", "61200B", "0"),
    FELL: ("-3.1", "-2.9", "3.1", "0"),
    RECORD: ("209.67", "-120.5", "0"),
    LOW: ("12.5", "-4"),
    claim("price", "over", "0.01"): ("96240", "0.009"),
    claim("liquidations", "about", "419M", side="short"): ("419.2M", "402M", "61M", "900M"),
    claim("position_concentration", "magnitude", "10B", "100B"): ("12B", "100B", "7.1B"),
    claim("position_concentration", "between", "6B", "8B"): ("7B", "61B"),
    claim("supply_cap", "equals", "21M"): ("20999999.9769", "22000000"),
    claim("price", "states"): ("96240",),
}
NAMES = ("Binance", "OKX", "Kraken", "The Block", "CoinGlass", "Nikkei")


@st.composite
def rulings(draw: st.DrawFn) -> Ruling:
    assertion = draw(st.sampled_from(list(FIGURES)))
    figure = st.sampled_from(FIGURES[assertion])
    kinds = st.one_of(
        st.builds(lambda value: lambda name: gives(name, value, detail=draw(st.sampled_from(DETAILS))), figure),
        st.builds(lambda value: lambda name: gives(name, value, observed_at=None), figure),
        st.builds(lambda value: lambda name: gives(name, value, observed_at=END - 9999 * HOUR), figure),
        st.builds(lambda value: lambda name: at_least(name, value), figure),
        st.builds(lambda value: lambda name: at_most(name, value), figure),
        st.builds(lambda word: lambda name: silent(name, word), st.sampled_from(sorted(REASONS))),
    )
    answers = [make(name) for name, make in zip(NAMES, draw(st.lists(kinds, max_size=6)), strict=False)]
    pair = f"{assertion.metric}:{assertion.question.subject}"
    facts = [
        source(
            name,
            owner=draw(st.sampled_from([name, name, "Holding", ""])),
            interested=frozenset(draw(st.lists(st.just(assertion.metric), max_size=1))),
            authority=frozenset(draw(st.lists(st.just(pair), max_size=1))),
            defects=draw(st.sampled_from([{}, {assertion.metric: "throttled"}])),
        )
        for name in NAMES
    ]
    gap = Gap(assertion.metric, assertion.question.subject, END - HOUR, None, note="nobody counts them all")
    return judge(
        assertion,
        answers,
        *facts,
        publisher=draw(st.sampled_from([None, None, "okx"])),
        gaps=draw(st.sampled_from([[], [], [], [gap]])),
        now=END + draw(st.sampled_from([-HOUR, HOUR, HOUR, HOUR])),
    )


DETAILS = (
    {},
    {"steps": [["2026-01-14T02:41:00Z", "96010"]], "highest_close": "96000", "last_close": "95000", "open": "96500"},
    {"steps": [["2026-01-13T22:41:00Z", "89000"]], "lowest_close": "89000", "last_close": "89000", "open": "89000"},
    {"extreme_close": "53549.16"},
)


@settings(max_examples=400, deadline=None)
@given(rulings())
def test_whatever_is_ruled_is_told_in_one_whole_sentence(ruling: Ruling) -> None:
    english, chinese = explain(ruling, "en"), explain(ruling, "zh")
    assert english.reason.endswith(".")
    assert not re.search(r"\. |\.\.|  | ,|,,|;;|: ;", english.reason)
    assert chinese.reason.endswith("。")
    assert chinese.reason.count("。") == 1
    for told in (english, chinese):
        assert_no_placeholder(told)
    for text in (chinese.reason, chinese.wording, *chinese.findings.values()):
        assert not re.search(r"[,;:.](?!\d)", text), text  # punctuation of the other language, figures apart
        assert not re.search(r"；；|，，|，；|；，|：；|，。|；。|的的|（）", text), text
        assert not re.search(r"[\u4e00-\u9fff] | [\u4e00-\u9fff]", text), text
    assert bool(english.wording) == bool(chinese.wording)


def assert_no_placeholder(told: Explanation) -> None:
    for text in (told.reason, told.wording, *told.findings.values()):
        assert not re.search(r"[{}]|None(?! of)|Decimal", text), text


@settings(max_examples=200, deadline=None)
@given(rulings(), st.sampled_from(LANGUAGES))
def test_what_decided_stands_in_the_sentence(ruling: Ruling, language: str) -> None:
    """Of a ruling that figures decided: one of them, or the edge of the region that they passed."""
    case, tongue = ruling.case, TONGUES[language]
    decided = [one.answer.observation for one in (*case.supporting, *case.contradicting)]
    if not decided or ruling.outcome in {"too_early", "no_authority"}:
        return
    figures = [abs(seen.value) for seen in decided if seen is not None]
    figures += [edge for edge in (case.region.low, case.region.high) if edge is not None] if case.region else []
    written = {tongue.figure(value, case.unit) for value in figures}
    assert any(text.lstrip("−") in explain(ruling, language).reason for text in written)
