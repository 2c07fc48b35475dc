"""A claim's page: mark and reason first, then what was asked, who answered, and how it came to this."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from claims import queries
from claims.admin import believed, decisions, evidence_table, number_line, outcomes, sums
from claims.admin.languages import told
from claims.admin.marks import flag_look, hedge_mismatch, outcome_look, status_look
from claims.admin.progress import progress_of
from claims.admin.wording import assertion_rows, full, metric_of, read, unit_of
from claims.errors import ClaimError
from claims.models import Claim, Verdict
from claims.types import Outcome
from sources.admin.showing import Look, ago, chip, due, exactly, outside, stamp
from sources.admin.words import abstention
from sources.errors import NOT_ASKED

MOST_VERDICTS = 50  # shown; the verdicts page has the rest


def respond(
    request: HttpRequest,
    object_id: str,
    model_admin: Any,
    typed: Mapping[str, str] | None = None,
    error: ClaimError | None = None,
) -> HttpResponse:
    """The page as it stands now, or as an earlier verdict left it (`?verdict=`).

    typed, error: a decision that was refused, and why.
    """
    claim = _claim(object_id)
    verdicts: list[Verdict] = list(claim.verdicts.order_by("-id")[:MOST_VERDICTS])
    verdict = _chosen(verdicts, request.GET.get("verdict", ""))
    is_newest = not (verdict and verdict.pk != verdicts[0].pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": claim,
        "title": claim,
        "subtitle": "",
        "claim": claim,
        "is_earlier": not is_newest,
        "can_check": model_admin.has_check_permission(request),
        "can_edit": model_admin.has_change_permission(request, claim),
        **_top(claim, verdict, is_newest=is_newest),
        **_check(claim),
        **_aside(claim, verdict, is_newest=is_newest),
        **_asked(claim, verdict),
        **decisions.context(request, claim, typed, error),
        "believed": believed.card(verdict),
        "outcomes": outcomes.of_claim(request, claim),
        "sums": sums.shown(claim.breaches, str(claim.pk)) if is_newest else [],  # type: ignore[attr-defined]
        "history": _history(claim, verdicts),
        "shown_verdict": verdict,
    }
    return TemplateResponse(request, "claims/claim.html", context, status=400 if error else 200)


def _claim(object_id: str) -> Claim:
    rows = queries.claims().select_related("article", "article__publisher", "created_by")
    try:
        claim = rows.filter(pk=UUID(object_id)).first()
    except (ValueError, ValidationError):
        claim = None
    if claim is None:
        raise Http404("No such claim.")
    return claim


def _chosen(verdicts: list[Verdict], wanted: str) -> Verdict | None:
    if not wanted:
        return verdicts[0] if verdicts else None
    for verdict in verdicts:
        if str(verdict.pk) == wanted:
            return verdict
    raise Http404("This claim has no such verdict.")


def _top(claim: Claim, verdict: Verdict | None, *, is_newest: bool) -> dict[str, Any]:
    """What must be readable from across the room."""
    look = status_look(verdict.shown_status if verdict and not is_newest else claim.status)
    outcome = outcome_look(verdict.outcome if verdict else claim.outcome)
    mismatch = hedge_mismatch(claim)
    return {
        "mark": chip(look, "big"),
        "tone": look.tone,
        "outcome": chip(outcome, "quiet") if outcome else "",
        "reasons": told(claim, verdict, "reason"),
        "mismatch": mismatch,
        "checked": ago(verdict.created_at if verdict else None, never="not yet"),
        "next_check": due(claim.next_check_at) if claim.next_check_at else "",
        "as_of": stamp(claim.as_of),
    }


def _check(claim: Claim) -> dict[str, Any]:
    return {
        "progress": progress_of(claim.pk),
        "check_address": reverse("admin:claims_claim_check", args=[claim.pk]),
        "progress_address": reverse("admin:claims_claim_progress", args=[claim.pk]),
        "edit_address": reverse("admin:claims_claim_edit", args=[claim.pk]),
    }


def _aside(claim: Claim, verdict: Verdict | None, *, is_newest: bool) -> dict[str, Any]:
    metric = metric_of(claim)
    flags = verdict.flags if verdict and not is_newest else claim.flags
    # Words made for what the check found say nothing of a mark that a person decided otherwise.
    fits = verdict is not None and not (is_newest and "overridden" in flags and verdict.status != claim.status)
    return {
        "assertion": assertion_rows(claim),
        "metric": metric,
        "metric_reasons": sorted(metric.why.items()) if metric else [],
        "wordings": told(claim, verdict, "wording") if fits else [],
        "flags": [(chip(flag_look(flag), "quiet"), flag_look(flag).title) for flag in flags],
        "citations": [(row, outside(row.url) if row.url else "") for row in claim.citations.all()],
        "article_address": reverse("admin:claims_article_change", args=[claim.article_id]) if claim.article_id else "",
    }


def _asked(claim: Claim, verdict: Verdict | None) -> dict[str, Any]:
    items = queries.evidence(claim.pk, verdict.pk if verdict else None)
    table = evidence_table.table(claim, items)
    return {
        "table": table,
        "picture": number_line.picture_of(claim, table.groups, verdict),
        "situation": situation(verdict),
        "counts": _counts(verdict) if verdict else [],
        "consensus": _consensus(claim, verdict),
    }


def _counts(verdict: Verdict) -> list[tuple[str, int, str, str]]:
    """(name, number, tone, title)."""
    silent = verdict.asked - verdict.answered
    return [
        ("providers", verdict.asked, "plain", "providers of this figure, with those that could not be asked"),
        ("answered", verdict.answered, "plain", "providers that gave a figure"),
        (
            "gave nothing",
            silent,
            "plain",
            ", ".join(f"{n} {abstention(r).word.lower()}" for r, n in abstained(verdict)),
        ),
        ("voices for", verdict.supporting_voices, "good" if verdict.supporting_voices else "plain", "independent"),
        ("voices against", verdict.contradicting_voices, "bad" if verdict.contradicting_voices else "plain", ""),
        ("needed", verdict.quorum, "plain", "independent voices that make the claim verified"),
    ]


def abstained(verdict: Verdict) -> list[tuple[str, int]]:
    return sorted(verdict.abstained.items(), key=lambda pair: (-int(pair[1]), pair[0]))


def _consensus(claim: Claim, verdict: Verdict | None) -> dict[str, str] | None:
    if verdict is None or verdict.consensus_low is None or verdict.consensus_high is None:
        return None
    unit = unit_of(claim)
    low, high = read(verdict.consensus_low, unit), read(verdict.consensus_high, unit)
    return {
        "lead": number_line.lead(verdict),
        "words": low if low == high else f"{low} to {high}",
        "title": f"{full(verdict.consensus_low, unit)} to {full(verdict.consensus_high, unit)}",
        "spread": read(verdict.spread, unit) if verdict.spread else "",
    }


def situation(verdict: Verdict | None) -> Look | None:
    """Nobody asked, nobody answered and disagreement are three different things; None where the counts say it all."""
    if verdict is None:
        return None
    if verdict.outcome == Outcome.NO_AUTHORITY:
        return Look("Nobody publishes an authoritative figure", "gavel", "plain", "An information gap covers it.")
    asked = [(reason, count) for reason, count in abstained(verdict) if reason not in NOT_ASKED]
    if not asked and not verdict.answered:
        unasked = ", ".join(f"{count} {abstention(reason).word.lower()}" for reason, count in abstained(verdict))
        why = f"No provider could be asked: {unasked}." if unasked else "No provider covers it."
        return Look("Nobody was asked", "person_off", "plain", f"{why} That is not evidence against it.")
    if verdict.outcome == Outcome.CONFLICTING:
        said = f"{verdict.supporting_voices} for, {verdict.contradicting_voices} against."
        return Look("They disagree", "compare_arrows", "bad", f"Independent voices: {said}")
    if verdict.answered == 0:
        why = ", ".join(f"{count} {abstention(reason).word.lower()}" for reason, count in asked)
        number = sum(count for _, count in asked)
        said = f"{number} {'was' if number == 1 else 'were'} asked: {why}. Silence is not evidence."
        return Look("Nobody answered", "voice_over_off", "caution", said)
    return None


def _history(claim: Claim, verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """Verdicts and what people did, newest first."""
    events = [_event(claim, one, before) for one, before in zip_longest(verdicts, verdicts[1:])]
    events += [{"deed": decisions.deed(row), "at": row.created_at} for row in queries.deeds(claim.pk)[:MOST_VERDICTS]]
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _event(claim: Claim, verdict: Verdict, before: Verdict | None) -> dict[str, Any]:
    look, found = status_look(verdict.shown_status), status_look(verdict.status)
    changed = before is None or before.shown_status != verdict.shown_status
    return {
        "verdict": verdict,
        "reason": next(iter(told(claim, verdict, "reason")), None),
        "at": verdict.created_at,
        "tone": look.tone,
        "mark": chip(look),
        "outcome": outcome_look(verdict.outcome),
        "changed": changed,
        "from": status_look(before.shown_status).word if before and changed else "",
        "held_back": found.word if found.word != look.word else "",
        "when": ago(verdict.created_at, timezone.now()),
        "exactly": exactly(verdict.created_at),
        "address": f"{reverse('admin:claims_claim_change', args=[claim.pk])}?verdict={verdict.pk}",
    }
