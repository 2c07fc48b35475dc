"""Marks, outcomes, stances and flags as people read them: a word, an icon, a tone and one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims.models import Claim
from claims.policy import FLAGS
from claims.types import Comparator, Hedge, Outcome, Stance, Status
from sources.admin.showing import NOTHING, Look, chip, icon

STATUSES = {
    Status.VERIFIED: Look("Verified", "verified", "good", "Enough independent voices support it."),
    Status.SINGLE_SOURCE: Look("Single source", "looks_one", "caution", "One voice supports it, nobody contradicts."),
    Status.RUMOR: Look("Rumor", "campaign", "bad", "It is not supported, or the voices disagree."),
    Status.PENDING: Look("Pending", "hourglass_top", "wait", "There is no verdict yet."),
}
OUTCOMES = {
    Outcome.SUPPORTED: Look("Supported", "check_circle", "good", "Independent voices support it."),
    Outcome.CONFLICTING: Look("Conflicting", "compare_arrows", "bad", "Voices support it and voices contradict it."),
    Outcome.REFUTED: Look("Refuted", "cancel", "bad", "At least two voices contradict it, none supports it."),
    Outcome.DOUBTED: Look("Doubted", "help", "bad", "One voice contradicts it, none supports it."),
    Outcome.INSUFFICIENT: Look("Insufficient", "remove_circle", "plain", "Nothing that was said decides it."),
    Outcome.NO_AUTHORITY: Look("No authority", "gavel", "plain", "Nobody publishes an authoritative figure."),
    Outcome.TOO_EARLY: Look("Too early", "schedule", "wait", "Its window has not closed yet."),
    Outcome.INCOMPLETE: Look("Incomplete", "sync_problem", "wait", "Nobody could answer yet; it is asked again."),
}
STANCES = {
    Stance.SUPPORTS: Look("Supports", "check_circle", "good"),
    Stance.CONTRADICTS: Look("Contradicts", "cancel", "bad"),
    Stance.INCONCLUSIVE: Look("Undecided", "remove_circle", "plain"),
}
LABELS = {
    "stale": "too old to count",
    "unit_slip": "off by a power of ten: counts for nobody",
    "zero": "a zero where others are large: missing, not zero",
    "unclassified": "nobody has noted its owner, so it cannot raise a count",
    "publisher": "the claim's own source never corroborates itself",
    "split": "its members disagree with each other",
    "frozen": "unchanged while others moved: it cannot count",
    "other_venues": "a total over other venues: it only bounds the figure",
}
FLAG_WORDS = {
    "lower_bound": ("Lower bound", "arrow_upward"),
    "rests_on": ("Rests on one voice", "foundation"),
    "stale": ("Stale figure", "history"),
    "already_above": ("Was already above", "trending_up"),
    "already_below": ("Was already below", "trending_down"),
    "inconsistent": ("Does not add up", "calculate"),
    "loose": ("Says little", "unfold_more"),
    "interested_party": ("Interested party", "person_alert"),
    "held": ("Held for an editor", "back_hand"),
    "overridden": ("Overridden by an editor", "edit_note"),
}
# Hedges that say no more than the mark does; words that claim more are under-hedged.
FITTING = {
    Status.VERIFIED: set(Hedge) - {Hedge.RUMOR, Hedge.DENIED},
    Status.SINGLE_SOURCE: set(Hedge) - {Hedge.NONE},
    Status.RUMOR: {Hedge.RUMOR, Hedge.REPORTEDLY, Hedge.ANONYMOUS, Hedge.DENIED},
    Status.PENDING: set(Hedge),
}


def status_look(status: str) -> Look:
    return STATUSES[Status(status)]


def outcome_look(outcome: str) -> Look | None:
    return OUTCOMES[Outcome(outcome)] if outcome else None


def mark(status: str, size: str = "") -> SafeString:
    return chip(status_look(status), size)


def outcome_chip(outcome: str) -> SafeString:
    look = outcome_look(outcome)
    return chip(look, "quiet") if look else NOTHING


def flag_look(flag: str) -> Look:
    """`rests_on:CoinGlass` carries its voice behind the colon."""
    name, _, detail = flag.partition(":")
    word, symbol = FLAG_WORDS.get(name, (name.replace("_", " ").capitalize(), "flag"))
    tone = "bad" if name in {"held", "inconsistent"} else "caution"
    explained = FLAGS.get(name, "")
    return Look(f"{word}: {detail}" if detail else word, symbol, tone, f"{explained[:1].upper()}{explained[1:]}.")


def flag_chips(flags: Iterable[str]) -> SafeString:
    return format_html_join(" ", "{}", ((chip(flag_look(flag), "quiet"),) for flag in flags))


def hedge_mismatch(claim: Claim) -> Look | None:
    """A warning when the copy's words say more, or less, than the mark does."""
    hedge, status = Hedge(claim.hedge), Status(claim.status)
    if hedge in FITTING[status] or says_the_gap(claim):
        return None
    if status == Status.VERIFIED:
        return Look("Copy hedges a verified claim", "notification_important", "caution", "It may be stated as fact.")
    words = "as fact" if hedge == Hedge.NONE else f"“{hedge.replace('_', ' ')}”"
    return Look(f"Copy says it {words}", "notification_important", "bad", f"The mark is {status.replace('_', ' ')}.")


def says_the_gap(claim: Claim) -> bool:
    """“There is no authoritative total” is the truth where there is none, and needs no hedge."""
    return claim.outcome == Outcome.NO_AUTHORITY and claim.comparator == Comparator.STATES


def voices(supporting: int, contradicting: int, quorum: int, status: str = "") -> SafeString:
    """For and against, with the number needed; an authority needs no second voice."""
    by_authority = status == Status.VERIFIED and supporting < quorum
    return format_html(
        '<span class="cd-voices" title="{} for, {} against; {} independent voices are needed">'
        '<span class="cd-good">{}{}</span><span class="{}">{}{}</span><small>{}</small></span>',
        supporting,
        contradicting,
        quorum,
        icon("thumb_up"),
        supporting,
        "cd-bad" if contradicting else "cd-muted",
        icon("thumb_down"),
        contradicting,
        "authority" if by_authority else f"of {quorum}",
    )
