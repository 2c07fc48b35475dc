"""English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from claims import figures
from claims.telling.tongue import Phrase, Tongue

PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        # lists and joints
        "comma": ", ",
        "clause_comma": ", ",
        "semicolon": "; ",
        "and": " and ",
        "and_amounts": " and ",
        "listed": "{first} and {last}",
        "rest": "{names} and {others} more sources",
        "independent_venues": "{names} and {others} more independent venues",
        "independent_sources": "{names} and {others} more independent sources",
        "other_venues": "{names} and {others} other venues",
        "other_sources": "{names} and {others} other sources",
        # figures
        "exactly": "{figure}",
        "at_least": "at least {figure}",
        "at_most": "at most {figure}",
        "or_less": "{figure} or less",
        "or_more": "{figure} or more",
        "to_below": "{low} to below {high}",
        # who said what
        "subject": "{who}",
        "authority": "{who}, which sets this figure,",
        "only": "only {who}",
        "gives": ("{who} gives {amounts}", "{who} give {amounts}"),
        "traded_above": "{who} traded at or above {edge}",
        "traded_below": "{who} traded at or below {edge}",
        "stayed_above": "{who} stayed at or above {edge}",
        "stayed_below": "{who} stayed at or below {edge}",
        "missed_above": "{who} saw no price above {extreme}",
        "missed_below": "{who} saw no price below {extreme}",
        "left_above": "{who} traded as low as {extreme}",
        "left_below": "{who} traded as high as {extreme}",
        "close_at": "at {figure}, ",
        "has_record_high": (
            "{who} has the close {at}{excess} above every earlier one",
            "{who} have the close {at}{excess} above every earlier one",
        ),
        "has_record_low": (
            "{who} has the close {at}{excess} below every earlier one",
            "{who} have the close {at}{excess} below every earlier one",
        ),
        "lacks_record": (
            "{who} has the close {short} short of the record",
            "{who} have the close {short} short of the record",
        ),
        "first_at": "first at {at}",
        # the sentence
        "only_parties": "only parties with an interest in it confirm this: {account}",
        "only_these": "only {account}",
        "only_gives": "only {who}{speaking} gives this figure ({amounts})",
        "only_confirms": "only {who}{speaking} confirms this ({amounts})",
        "of_itself": ", speaking about itself,",
        "echo": ("{names} counts as the same voice", "{names} count as the same voice"),
        "but": "{account}, but {denial}",
        "differing_sign": ", differing in sign only: one of them probably has the wrong sign",
        "differing_exactly": ", differing by exactly {factor}: one of them probably uses another unit",
        "differing_about": ", differing by about {factor}: one of them probably uses another unit",
        "doubter_venues": "",
        "doubter_sources": "",
        "doubted": "only {who} could decide this and {denial}",
        "needed": ", while the claim needs {bounds}",
        "disagreeing": (
            "what is published under {names} disagrees with itself",
            "{names} each publish figures that disagree",
        ),
        "disagreeing_only": ("{disagreeing}, so it counts for nobody", "{disagreeing}, so they count for nobody"),
        "none_counts": "nothing that was found may count: {why}",
        "no_map": "no source that was asked maps these positions; total open interest of {bound} is only a ceiling",
        "only_floors": "no source gives this figure itself; {account}: a floor cannot confirm an exact figure",
        "only_ceilings": "no source gives this figure itself; {account}: a ceiling only bounds it",
        "undecided": "nothing found decides this: from {name}, {clause}{more}",
        "no_clearer": (", and {others} more source is no clearer", ", and {others} more sources are no clearer"),
        "no_authority": "nobody publishes an authoritative figure for this",
        "no_authority_because": "nobody publishes an authoritative figure for this: {note}",
        "too_early": "the period does not end before {end}, so nothing is decided yet",
        # who said nothing, and what may not count
        "nobody_to_ask": "nobody was asked: no source covers this",
        "nobody_asked": "nobody was asked: {why}",
        "nobody_answered": "nobody gave a figure: {why}",
        "keyless": ("no key is set for {names}", "no keys are set for {names}"),
        "unanswered": (
            "{names}, the only source asked, has not answered yet and will be asked again",
            "none of the {count} sources asked has answered yet; they will be asked again",
        ),
        "silent.not_configured": ("{names} was not asked: no key is set", "{names} were not asked: no keys are set"),
        "silent.unavailable": "{names} did not answer",
        "silent.rate_limited": "{names} asked us to wait",
        "silent.access_denied": "{names} refused access",
        "silent.malformed": "{names} answered in an unknown form",
        "silent.stale": ("{names} has only figures of another time", "{names} have only figures of another time"),
        "silent.definition_differs": ("{names} measures something else", "{names} measure something else"),
        "silent.no_data": "{names} had no data",
        "silent.not_covered": ("{names} does not cover this", "{names} do not cover this"),
        "label.publisher": "{names} published the claim and cannot confirm it",
        "label.unclassified": (
            "{names} is not classified and cannot count",
            "{names} are not classified and cannot count",
        ),
        "label.unit_slip": ("{names} seems to use another unit", "{names} seem to use another unit"),
        "label.sign_slip": ("{names} seems to have the wrong sign", "{names} seem to have the wrong sign"),
        "label.zero": ("{names} gives zero where others are large", "{names} give zero where others are large"),
        "label.stale": "{names} gave figures of another time",
        "label.frozen": "{names} did not move while others did",
        "label.other_venues": ("{names} covers other venues", "{names} cover other venues"),
        # what was printed
        "rung.primary_record": "primary record",
        "rung.official": "official, on record",
        "rung.wire": "wire",
        "rung.outlet": "outlet",
        "rung.account": "account",
        "cited.states": "states this ({rung})",
        "cited.denies": "denies this ({rung})",
        "cited.mentions": "mentions this ({rung})",
        "cited.printed": "printed at {at}",
        "cited.undated": "the page does not say when",
        "cited.other_words": "paraphrased, not quoted",
        "cited.record": "{names} prints this as the primary record",
        "cited.verified": "{names} state this, each in words of their own",
        "cited.only": ("only {names} states this", "only {names} state this"),
        "cited.according": "according to {parties}",
        "cited.according_although": "according to {parties}, {denial}",
        "cited.they_state": ("{names} states this", "{names} state this"),
        "cited.they_deny": ("{names} denies this", "{names} deny this"),
        "cited.they_mention": (
            "{names} mentions this and does not say whether it is so",
            "{names} mention this and do not say whether it is so",
        ),
        # what one finding says
        "no_time": "the provider does not say when",
        "no_figure": "a figure cannot confirm or deny what this claim states",
        "is_above": "{said} is at or above {edge}",
        "is_below": "{said} is at or below {edge}",
        "lies_within": "{said} lies within {bounds}",
        "short_of": "{said} is {gap} short of {edge}",
        "beyond": "{said} is {gap} above {edge}",
        "only_short_of": "{said} is only {gap} short of {edge}",
        "only_beyond": "{said} is only {gap} above {edge}",
        "within_guard": "{offset}, too close to call: within the guard band of {guard}",
        "floor_short": "{said} does not reach {wanted}, and a floor cannot rule it out",
        "ceiling_short": "{said} leaves {wanted} possible: a ceiling cannot rule it out",
        "floor_open": "{said}: a floor cannot confirm an exact figure",
        "ceiling_open": "{said}: a ceiling only bounds the figure",
        "partly": "somewhere from {span}, and only a part of that is {wanted}",
        "on_the_edge": "{said} lies on the edge of {wanted}: the provider's own rounding reaches beyond it",
        "record_high": "{said} above every earlier close",
        "record_low": "{said} below every earlier close",
        "record_short": "{short} short of the record",
        "record_high_unknown": (
            "{said} above the earlier closes it knows, and its history is too short to call that a record"
        ),
        "record_low_unknown": (
            "{said} below the earlier closes it knows, and its history is too short to call that a record"
        ),
        "record_level": "level with the record, as far as the provider's own rounding goes",
        "first_above": "first at or above {edge} at {at}",
        "first_below": "first at or below {edge} at {at}",
        "held_above": "held to the end",
        "held_below": "held to the end",
        "closed_above": "closed beyond it but did not hold",
        "closed_below": "closed beyond it but did not hold",
        "touched_above": "only touched, never closed beyond",
        "touched_below": "only touched, never closed beyond",
        "already_above": "already above the level when the window began",
        "already_below": "already below the level when the window began",
        "stale": "observed at {at}, too far from {end} to count",
        "drifted": "observed at {at}, too far from {end} to count: the market moved too much in between",
        # to print with the claim
        "according": "according to {parties}{speaking}{caveat}",
        "speaking_of_itself": ", speaking about itself",
        "lower_bound": ", whose totals are a lower bound",
        "according_although": "according to {parties}, {denial}",
        "although": "although {denial}",
        "unconfirmed": "which no independent source has confirmed",
        "unpublished": "for which no authoritative figure is published",
    }
)


def _name(title: str) -> str:
    """ "The Block" is "the Block" inside a sentence."""
    return f"the {title[4:]}" if title.startswith("The ") else title


def _finish(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


ENGLISH = Tongue(
    phrases=PHRASES,
    figure=figures.figure,
    gap=figures.gap,
    figures=figures.figures,
    clock=figures.clock,
    calendar=figures.calendar,
    name=_name,
    finish=_finish,
)
