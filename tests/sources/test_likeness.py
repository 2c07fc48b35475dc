"""Near-identical passages are found whoever printed them, and two reporters of one event are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.likeness import alike

WIRE = (
    "WASHINGTON, Jan 13 (Agency) - The United States on Tuesday eased export controls on Nvidia's H200 chips to China, "
    "allowing shipments under a case-by-case review and a cap on the number of units, according to a rule that the "
    "Commerce Department published on its website. The chips must be tested by a third party before they are shipped, "
    "and buyers have to show that they will not be used by the military, the rule says. Nvidia's shares rose 2 percent."
)
OTHER_HEADLINE = "Trump opens the door for Nvidia again\n\n" + WIRE
TRIMMED = WIRE[: WIRE.index("The chips must")]
RETYPED = (
    WIRE.replace("percent", "per cent").replace("according to", "says").replace(" - ", " — ").replace("'", "’").upper()
)
EDITED = (
    WIRE.replace("eased", "relaxed")
    .replace("published", "posted")
    .replace("have to show", "must prove")
    .replace("rose 2 percent", "gained about two percent")
)
WRAPPED = (
    "Good morning, here is what you need to know before markets open. Gold was little changed overnight and oil fell "
    "by half a dollar as traders weighed the outlook for supply in the second half of the year. "
    + WIRE
    + " And the yen slipped for a third day while futures pointed to a higher open for stocks in Europe and Asia."
)
OWN_REPORT = (
    "Nvidia may again sell its H200 processors to customers in China after the Commerce Department rewrote its export "
    "rules on Tuesday. Each sale will be examined on its own, a limit applies to volumes, and a laboratory "
    "has to check the hardware first. The Commerce Department published the rule on its website, and officials said "
    "that military users remain excluded. Investors welcomed the change: the stock closed higher."
)
STATEMENT = (
    "we are committed to keeping the most advanced computing power in American hands while our partners trade freely"
)
QUOTING = [f"{text} The secretary said in a statement: {STATEMENT}." for text in (WIRE, OWN_REPORT)]
WIRE_ZH = (
    "1月13日消息,美国商务部周二放宽对英伟达H200芯片出口中国的管制,改为逐案审查,并对出货数量设定上限。"
    "根据商务部网站公布的规定,芯片在发货前必须经过第三方机构测试,买方须证明不会用于军事用途。受此消息影响,英伟达股价上涨百分之二。"
)
COPY_ZH = "重磅!" + WIRE_ZH.replace("周二", "当地时间周二").replace("受此消息影响,", "")
OWN_ZH = (
    "特朗普政府为英伟达打开了大门。商务部修改规则后,H200处理器可以再次卖给中国客户,不过每笔订单都要单独批准,数量也有限制。"
    "知情人士称,独立实验室会先检查硬件,军方客户仍被排除在外。投资者对此表示欢迎,该股当天收高。"
)


@pytest.mark.parametrize(
    ("one", "other", "are_copies"),
    [
        pytest.param(WIRE, WIRE, True, id="the same text"),
        pytest.param(WIRE, OTHER_HEADLINE, True, id="another headline"),
        pytest.param(WIRE, TRIMMED, True, id="a trimmed end"),
        pytest.param(TRIMMED, OTHER_HEADLINE, True, id="another headline against a trimmed end"),
        pytest.param(WIRE, RETYPED, True, id="capitals, dashes and two words changed"),
        pytest.param(WIRE, EDITED, True, id="a word replaced in every sentence"),
        pytest.param(WIRE, WRAPPED, True, id="a paragraph of a longer letter"),
        pytest.param(WIRE, OWN_REPORT, False, id="another reporter on the same event"),
        pytest.param(*QUOTING, False, id="two reporters who quote one long sentence"),
        pytest.param(WRAPPED, OWN_REPORT, False, id="a letter and another reporter"),
        pytest.param(WIRE_ZH, COPY_ZH, True, id="Chinese: another headline, words added and dropped"),
        pytest.param(WIRE_ZH, OWN_ZH, False, id="Chinese: another reporter on the same event"),
        pytest.param(
            "比特币价格今日盘中突破九万六千美元,创下去年十一月以来新高,过去一小时空头爆仓超过四亿美元,多头爆仓近四千万美元",
            "过去一小时多头爆仓近四千万美元,空头爆仓超过四亿美元,今日盘中比特币价格创下去年十一月以来新高,突破九万六千美元",
            False,
            id="Chinese: the same words in another order",
        ),
        pytest.param(WIRE, WIRE_ZH, False, id="a translation is out of scope"),
        pytest.param("Bitcoin breaks $96,000", "BITCOIN BREAKS  $96,000!", True, id="short and equal, word for word"),
        pytest.param(
            "Bitcoin breaks $96,000 for the first time since November",
            "Bitcoin breaks $96,000 for the first time since December",
            False,
            id="short and almost equal",
        ),
        pytest.param("Müller sagte am Dienstag nein", "Muller sagte am Dienstag nein", True, id="accents"),
        pytest.param("Ａ股三大指数今日集体收涨", "A股三大指数今日集体收涨", True, id="wide letters"),
        pytest.param("", "", False, id="nothing"),
        pytest.param(" \n… ", " \n… ", False, id="no words"),
        pytest.param("96,000 96,100 95,900 2026", "96,000 96,100 95,900 2026", False, id="figures only"),
        pytest.param("\ud800 broken half", "\ud800 broken half", True, id="half a character"),
    ],
)
def test_copies_are_told_from_two_reports(one: str, other: str, are_copies: bool) -> None:
    expected = (("a", "b"),) if are_copies else ()
    assert alike({"a": one, "b": other}) == expected
    assert alike({"b": one, "a": other}) == expected


def test_copies_of_copies_are_one_group_and_who_is_alone_is_left_out() -> None:
    found = alike({"z": TRIMMED, "own": OWN_REPORT, "a": WRAPPED, "m": WIRE, "zh2": COPY_ZH, "zh1": WIRE_ZH, "no": ""})
    assert found == (("a", "m", "z"), ("zh1", "zh2"))


def test_two_copies_without_a_shared_word_are_joined_by_the_text_that_holds_both() -> None:
    assert alike({"start": TRIMMED, "end": WIRE[len(TRIMMED) :]}) == ()
    assert alike({"start": TRIMMED, "end": WIRE[len(TRIMMED) :], "whole": WIRE}) == (("end", "start", "whole"),)


def test_the_quotation_a_claim_is_about_is_no_sign_of_copying() -> None:
    said = "we will keep a permanent strategic reserve of coins and never sell a single one of them, that I can promise"
    one = f"At a rally in Ohio he told supporters that {said}"
    other = f"The president answered a question from the floor with the words {said}"
    assert alike({"a": one, "b": other}) == (("a", "b"),)
    assert alike({"a": one, "b": other}, quoted=said) == ()
    assert alike({"a": said, "b": said}, quoted=said) == ()
    assert alike({"a": WIRE, "b": TRIMMED}, quoted=said) == (("a", "b"),)


def test_five_megabytes_are_read_to_their_end() -> None:
    noise = " ".join(f"word{number}" for number in range(500_000))
    assert len(noise) > 5_000_000
    began = time.process_time()
    found = alike({"a": noise + " " + WIRE, "b": WIRE, "c": OWN_REPORT, "d": "x" * 5_000_000})
    assert found == (("a", "b"),)
    assert time.process_time() - began < 20  # about three seconds where nothing else runs


@given(st.dictionaries(st.sampled_from("abcdef"), st.text(max_size=80)), st.randoms())
def test_groups_are_disjoint_sorted_and_the_same_in_any_order(passages: dict[str, str], chance: object) -> None:
    found = alike(passages)
    keys = [key for group in found for key in group]
    shuffled = list(passages.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert alike(dict(shuffled)) == found
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(passages)
    assert all(len(group) > 1 and list(group) == sorted(group) for group in found)
