"""A breach of arithmetic in words: "$419M + $49M = $468M, the claim says $458M". English and Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext

from claims import figures
from claims.arithmetic import Breach, Rule, Term
from claims.policy import ARITHMETIC
from claims.telling import chinese_figures
from claims.types import Comparator
from sources.assets import ASSETS
from sources.metrics import CATALOGUE

FIGURES: Mapping[str, Callable[[Decimal, str], str]] = {"en": figures.figure, "zh": chinese_figures.figure}
SAID: Mapping[str, Mapping[Comparator, str]] = {
    "en": {
        Comparator.ABOUT: "about {0}",
        Comparator.OVER: "over {0}",
        Comparator.UNDER: "under {0}",
        Comparator.BROKE_ABOVE: "above {0}",
        Comparator.BROKE_BELOW: "below {0}",
        Comparator.BETWEEN: "{0} to {1}",
        Comparator.MAGNITUDE: "{0} to {1}",
        Comparator.UP: "+{0}",
        Comparator.DOWN: "−{0}",
    },
    "zh": {
        Comparator.ABOUT: "约{0}",
        Comparator.OVER: "超过{0}",
        Comparator.UNDER: "低于{0}",
        Comparator.BROKE_ABOVE: "高于{0}",
        Comparator.BROKE_BELOW: "低于{0}",
        Comparator.BETWEEN: "{0}至{1}",
        Comparator.MAGNITUDE: "{0}至{1}",
        Comparator.UP: "+{0}",
        Comparator.DOWN: "−{0}",
    },
}
SENTENCES: Mapping[str, Mapping[Rule, str]] = {
    "en": {
        Rule.ONE_FIGURE: "{terms} and {against} are said of one quantity",
        Rule.PARTS: "{terms} = {result}, the claim says {against}",
        Rule.PART_OF_WHOLE: "{terms} ({about}) is more than the whole, {against} ({whole})",
        Rule.SHORTER_WINDOW: "{terms} ({about}) does not fit into {against} ({whole}), which contains it",
        Rule.PATH: "{terms} ({about}) does not lie on the path of {against} ({whole})",
        Rule.CHANGE: "from {first} to {last} is {result}, the claim says {against}",
    },
    "zh": {
        Rule.ONE_FIGURE: "同一个量既说是{terms}，又说是{against}",
        Rule.PARTS: "{terms} = {result}，而稿件称{against}",
        Rule.PART_OF_WHOLE: "{terms}（{about}）超过整体的{against}（{whole}）",
        Rule.SHORTER_WINDOW: "{terms}（{about}）与包含它的{against}（{whole}）不符",
        Rule.PATH: "{terms}（{about}）不在{against}（{whole}）的价格路径上",
        Rule.CHANGE: "从{first}到{last}为{result}，而稿件称{against}",
    },
}
SIDES: Mapping[str, Mapping[str, str]] = {
    "en": {"long": "longs", "short": "shorts", "total": "total", "high": "highest", "low": "lowest"},
    "zh": {"long": "多头", "short": "空头", "total": "合计", "high": "最高", "low": "最低"},
}
SPANS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "en": ((86_400, "{0} d"), (3_600, "{0} h"), (60, "{0} min"), (1, "{0} s")),
    "zh": ((86_400, "{0}天"), (3_600, "{0}小时"), (60, "{0}分钟"), (1, "{0}秒")),
}
METRICS_ZH: Mapping[str, str] = {
    "price": "价格",
    "price_break": "价位",
    "price_change": "涨跌幅",
    "liquidations": "爆仓",
    "traders_liquidated": "爆仓人数",
    "open_interest": "未平仓合约",
    "position_concentration": "持仓",
    "supply": "流通量",
    "supply_cap": "最大供应量",
}


def told(breach: Breach, language: str = "en") -> str:
    """One clause without a full stop. ValueError for a language that is not spoken."""
    if language not in SENTENCES:
        raise ValueError(f"no sums in {language!r}, only in {', '.join(SENTENCES)}")
    with localcontext(ARITHMETIC):
        said = [_said(term, language) for term in breach.terms]
        return SENTENCES[language][breach.rule].format(
            terms=" + ".join(said),
            first=said[0],
            last=said[-1],
            against=_said(breach.against, language),
            result=_result(breach, language),
            about=_about(breach.terms[0], language),
            whole=_about(breach.against, language),
        )


def _said(term: Term, language: str) -> str:
    unit = CATALOGUE[term.metric].unit
    low = FIGURES[language](term.value, unit)
    high = term.value_high if term.value_high is not None else term.value * 10
    return SAID[language].get(term.comparator, "{0}").format(low, FIGURES[language](high, unit))


def _result(breach: Breach, language: str) -> str:
    if breach.result is None:
        return ""
    sign = "+" if breach.rule is Rule.CHANGE and breach.result > 0 else ""
    return sign + FIGURES[language](breach.result, CATALOGUE[breach.against.metric].unit)


def _about(term: Term, language: str) -> str:
    """ "BTC, shorts, 60 min"."""
    asset = ASSETS.get(term.subject)
    subject = ("全市场" if language == "zh" else "all coins") if asset and asset.kind == "market" else term.subject
    metric = METRICS_ZH.get(term.metric, term.metric) if language == "zh" else CATALOGUE[term.metric].title.lower()
    parts = [subject, metric, SIDES[language].get(term.side, ""), _span(term.seconds, language)]
    return ("、" if language == "zh" else ", ").join(filter(None, parts))


def _span(seconds: int, language: str) -> str:
    if not seconds:
        return ""
    size, words = next((size, words) for size, words in SPANS[language] if seconds % size == 0 and seconds >= size)
    return words.format(seconds // size)
