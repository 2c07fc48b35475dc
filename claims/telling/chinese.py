"""Simplified Chinese, as financial news is written. Names of sources stay as they are registered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from claims.telling import chinese_figures
from claims.telling.tongue import Phrase, Tongue

PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        # lists and joints
        "comma": "、",
        "clause_comma": "，",
        "semicolon": "；",
        "and": "，",
        "and_amounts": "及",
        "listed": "{first}和{last}",
        "rest": "{names}等{all}个来源",
        "independent_venues": "{names}等{all}家独立交易所",
        "independent_sources": "{names}等{all}个独立来源",
        "other_venues": "{names}等{all}家交易所",
        "other_sources": "{names}等{all}个来源",
        # figures
        "exactly": "{figure}",
        "at_least": "至少{figure}",
        "at_most": "至多{figure}",
        "or_less": "{figure}或以下",
        "or_more": "{figure}或以上",
        "to_below": "{low}至{high}（不含上限）",
        # who said what
        "subject": "{who}",
        "authority": "{who}（该数据以其为准）",
        "only": "只有{who}",
        "gives": "{who}给出的数据为{amounts}",
        "traded_above": "{who}的成交价达到{edge}或以上",
        "traded_below": "{who}的成交价跌至{edge}或以下",
        "stayed_above": "{who}的成交价始终不低于{edge}",
        "stayed_below": "{who}的成交价始终不高于{edge}",
        "missed_above": ("{who}的最高成交价未超过{extreme}", "{who}的最高成交价均未超过{extreme}"),
        "missed_below": ("{who}的最低成交价未低于{extreme}", "{who}的最低成交价均未低于{extreme}"),
        "left_above": "{who}的成交价曾低至{extreme}",
        "left_below": "{who}的成交价曾高至{extreme}",
        "close_at": "报{figure}，",
        "has_record_high": "{who}显示，收盘{at}比此前最高收盘高出{excess}",
        "has_record_low": "{who}显示，收盘{at}比此前最低收盘低{excess}",
        "lacks_record": "{who}显示，收盘距纪录还差{short}",
        "first_at": "最早出现在{at}",
        # the sentence
        "only_parties": "只有利益相关方证实这一点：{account}",
        "only_gives": "只有{who}{speaking}给出这一数据（{amounts}）",
        "only_confirms": "只有{who}{speaking}证实这一点（{amounts}）",
        "of_itself": "（当事方）",
        "echo": "{names}与其同源，不另计",
        "but": "{account}，但{denial}",
        "differing_sign": "，两者只差正负号，其中一方的正负号可能有误",
        "differing_exactly": "，两者恰好相差{factor}倍，其中一方可能用错了单位",
        "differing_about": "，两者约差{factor}倍，其中一方可能用错了单位",
        "doubter_venues": "该交易所",
        "doubter_sources": "该来源",
        "doubted": "能判定此事的只有{who}：{denial}",
        "needed": "，而按该说法应为{bounds}",
        "disagreeing": ("{names}名下的数据自相矛盾", "{names}名下的数据各自矛盾"),
        "disagreeing_only": "{disagreeing}，因此不计入任何一方",
        "none_counts": "没有可以采信的数据：{why}",
        "no_map": "所查询的来源均未统计这些仓位的分布；未平仓合约总额{bound}只是上限",
        "only_floors": "没有来源直接给出这一数据；{account}，而下限不能证实确切数字",
        "only_ceilings": "没有来源直接给出这一数据；{account}，而上限只能限定范围",
        "undecided": "现有数据不足以判定：据{name}，{clause}{more}",
        "no_clearer": "；另有{others}个来源同样不明确",
        "no_authority": "目前没有机构就此发布权威数据",
        "no_authority_because": "目前没有机构就此发布权威数据（备注：{note}）",
        "too_early": "统计时段到{end}才结束，目前尚无结论",
        # who said nothing, and what may not count
        "nobody_to_ask": "未查询任何来源：没有来源涵盖此项",
        "nobody_asked": "未查询任何来源：{why}",
        "nobody_answered": "没有来源给出数据：{why}",
        "keyless": ("{names}未设密钥", "{names}均未设密钥"),
        "unanswered": (
            "唯一被查询的来源{names}尚未回应，将再次查询",
            "所查询的{count}个来源均尚未回应，将再次查询",
        ),
        "silent.not_configured": ("{names}未设密钥，未被查询", "{names}均未设密钥，未被查询"),
        "silent.unavailable": ("{names}未回应", "{names}均未回应"),
        "silent.rate_limited": ("{names}要求稍后再查", "{names}均要求稍后再查"),
        "silent.access_denied": ("{names}拒绝访问", "{names}均拒绝访问"),
        "silent.malformed": ("{names}的答复格式无法识别", "{names}的答复格式均无法识别"),
        "silent.stale": ("{names}只有其他时点的数据", "{names}都只有其他时点的数据"),
        "silent.definition_differs": ("{names}的统计口径不同", "{names}的统计口径均不同"),
        "silent.no_data": ("{names}没有数据", "{names}均没有数据"),
        "silent.not_covered": ("{names}不涵盖此项", "{names}均不涵盖此项"),
        "label.publisher": "{names}是该说法的发布方，不能自证",
        "label.unclassified": ("{names}尚未归类，不能计入", "{names}均尚未归类，不能计入"),
        "label.unit_slip": ("{names}疑似用错单位", "{names}均疑似用错单位"),
        "label.sign_slip": ("{names}疑似用错正负号", "{names}均疑似用错正负号"),
        "label.zero": ("{names}给出零，而其他来源数值很大", "{names}均给出零，而其他来源数值很大"),
        "label.stale": ("{names}给出的是其他时点的数据", "{names}给出的都是其他时点的数据"),
        # what one finding says
        "no_time": "数据方未说明时点",
        "no_figure": "数字既不能证实也不能否定该说法的内容",
        "is_above": "{said}，等于或高于{edge}",
        "is_below": "{said}，等于或低于{edge}",
        "lies_within": "{said}，在{bounds}的范围内",
        "short_of": "{said}，比{edge}低{gap}",
        "beyond": "{said}，比{edge}高{gap}",
        "only_short_of": "{said}，仅比{edge}低{gap}",
        "only_beyond": "{said}，仅比{edge}高{gap}",
        "within_guard": "{offset}，差距过小，无法判定（在{guard}的容差带之内）",
        "floor_short": "{said}，未达到{wanted}，而下限不能排除这一可能",
        "ceiling_short": "{said}，{wanted}仍有可能，上限不能排除",
        "floor_open": "{said}，而下限不能证实确切数字",
        "ceiling_open": "{said}，而上限只能限定范围",
        "partly": "介于{span}之间，其中只有一部分属于{wanted}",
        "on_the_edge": "{said}，处于{wanted}的边缘，数据方自身的舍入误差超出该范围",
        "record_high": "比此前最高收盘高出{said}",
        "record_low": "比此前最低收盘低{said}",
        "record_short": "距纪录还差{short}",
        "record_high_unknown": "比其掌握的此前最高收盘高出{said}，但其历史数据太短，不足以认定为纪录",
        "record_low_unknown": "比其掌握的此前最低收盘低{said}，但其历史数据太短，不足以认定为纪录",
        "record_level": "以数据方自身的舍入精度计，与纪录持平",
        "first_above": "{at}首次达到{edge}或以上",
        "first_below": "{at}首次跌至{edge}或以下",
        "held_above": "至时段结束仍守在其上",
        "held_below": "至时段结束仍处于其下",
        "closed_above": "曾收于其上但未能守住",
        "closed_below": "曾收于其下但未能保持",
        "touched_above": "仅触及，从未收于其上",
        "touched_below": "仅触及，从未收于其下",
        "already_above": "时段开始时已高于该价位",
        "already_below": "时段开始时已低于该价位",
        "stale": "观测时点为{at}，距{end}过远，不予计入",
        "drifted": "观测时点为{at}，距{end}过远，其间市场波动过大，不予计入",
        # to print with the claim
        "according": "数据来自{parties}{speaking}{caveat}",
        "speaking_of_itself": "（当事方）",
        "lower_bound": "，其总额只是下限",
        "according_although": "数据来自{parties}，{denial}",
        "although": "但{denial}",
        "unconfirmed": "尚无独立来源证实",
        "unpublished": "目前没有权威数据发布",
    }
)


def _name(title: str) -> str:
    return title


def _finish(text: str) -> str:
    return f"{text.rstrip('。；. ')}。"


CHINESE = Tongue(
    phrases=PHRASES,
    figure=chinese_figures.figure,
    gap=chinese_figures.gap,
    figures=chinese_figures.figures,
    clock=chinese_figures.clock,
    calendar=chinese_figures.calendar,
    name=_name,
    finish=_finish,
)
