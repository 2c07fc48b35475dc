"""Outcomes that arrive by themselves. Every step is safe to repeat and to run in two places at once.

An authority that answers after a window has closed has said what the fact is: an index's owner, a protocol's rules. Who
publishes final figures only later (a venue's daily file) is asked in an inquiry of its own, on which no claim waits.
Documents of gazettes will arrive here too, once there are providers of passages: `truths.record_words` is their door.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from claims.learning.truths import LEARNING_LOCK, Word, record_override, record_words
from claims.models import GroundTruth, Override
from sources import collecting
from sources.errors import RETRYABLE_REASONS
from sources.metrics import CATALOGUE
from sources.models import Inquiry, Lookup, Source
from sources.types import Kind

LOOK_BACK = timedelta(days=60)  # what was asked longer ago is settled or never will be
MOST = 500  # rows a sweep
MOST_QUESTIONS = 50  # inquiries after outcomes opened a sweep: each may cost several files
ROUNDS = 5  # times an outcome that was not there is asked for
AGAIN = timedelta(hours=6)
SAME_QUESTION = ("metric", "subject", "qualifiers", "window_start", "window_end")


def hold_lock() -> bool:
    """Until the transaction ends: one learner at a time, the others have nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LEARNING_LOCK])
        return bool(cursor.fetchone()[0])


def collect() -> int:
    """Store the outcomes that have arrived since the last time; how many."""
    with transaction.atomic():
        if not hold_lock():
            return 0
        ruled = [row for override in _new_rulings() if (row := record_override(override)) is not None]
        return len(record_words(_new_words())) + len(ruled)


def _new_rulings() -> QuerySet[Override]:
    """Decisions of editors that took effect, rest on a document, and have not been learned from."""
    rows = Override.objects.filter(kind__in=Override.IN_FORCE, outcome=None, created_at__gte=Now() - LOOK_BACK)
    return rows.exclude(document_url="").select_related("claim", "person").order_by("pk")[:MOST]


def _new_words() -> list[Word]:
    """The newest answer of each authority to each question, where it is not stored already."""
    authorities = _authorities()
    pairs = Q(pk=None)
    for slug, metric, subject in authorities:
        pairs |= Q(provider=slug, inquiry__metric=metric, inquiry__subject=subject, inquiry__for_outcome=False)
    later = [name for name, provider in collecting.known_providers().items() if provider.later]
    pairs |= Q(provider__in=later, inquiry__for_outcome=True)
    newer = _answered().filter(
        provider=OuterRef("provider"), inquiry__key=OuterRef("inquiry__key"), finished_at__gt=OuterRef("finished_at")
    )
    stored = GroundTruth.objects.filter(
        **{name: OuterRef(f"inquiry__{name}") for name in SAME_QUESTION},
        authority__slug=OuterRef("provider"),
        superseded_by=None,
        low=OuterRef("observation__low"),
        high=OuterRef("observation__high"),
    )
    rows = _answered().filter(pairs, ~Exists(newer), ~Exists(stored), finished_at__gte=Now() - LOOK_BACK)
    found = rows.select_related("inquiry", "observation__snapshot").order_by("finished_at", "pk")[:MOST]
    return [word for lookup in found if (word := _word(lookup)) is not None]


def _answered() -> QuerySet[Lookup]:
    """Exact answers that were heard after the window had closed."""
    return Lookup.objects.filter(
        state=Lookup.State.ANSWERED,
        inquiry__settled_at__isnull=False,
        observation__kind=Kind.EXACT,
        observation__received_at__gte=F("inquiry__window_end"),
    )


def _authorities() -> list[tuple[str, str, str]]:
    """(slug, metric, subject) of every party whose word is the fact and that does not speak about itself."""
    found = []
    for slug, pairs, interested in Source.objects.exclude(authority=[]).values_list("slug", "authority", "interested"):
        for metric, _, subject in (str(pair).partition(":") for pair in pairs):
            if metric in CATALOGUE and not {metric, "*"} & set(interested):
                found.append((slug, metric, subject))
    return found


def _word(lookup: Lookup) -> Word | None:
    """None when the source has been taken out of the register."""
    source = Source.objects.filter(slug=lookup.provider).first()
    provider = collecting.known_providers().get(lookup.provider)
    if source is None:
        return None
    if provider is None or provider.later is None:
        return Word(lookup, source, GroundTruth.KnownFrom.OFFICIAL_RELEASE)
    later = provider.later
    return Word(lookup, source, later.known_from, later.own, lookup.inquiry.metric in later.settles_others)


# --- Asking for what is published later ----------------------------------------------------------------------------


def ask_for_outcomes() -> int:
    """Open inquiries after outcomes that should be published by now; how many. Workers are sent by the sweeper."""
    return sum(_open(inquiry) for inquiry in [*_never_asked(), *_asked_in_vain()])


def _open(inquiry: Inquiry) -> bool:
    with transaction.atomic():
        return collecting.open_outcome_inquiry(inquiry.question) is not None


def _never_asked() -> list[Inquiry]:
    """One settled inquiry of each question somebody answered and whose outcome nobody was asked for."""
    asked = Inquiry.objects.filter(**{name: OuterRef(name) for name in SAME_QUESTION}, for_outcome=True)
    answered = Lookup.objects.filter(inquiry=OuterRef("pk"), state=Lookup.State.ANSWERED)
    rows = Inquiry.objects.filter(
        _published_by_now(),
        Exists(answered),
        ~Exists(asked),
        for_outcome=False,
        settled_at__isnull=False,
        opened_at__gte=Now() - LOOK_BACK,
    )
    return list(rows.order_by("key", "-pk").distinct("key")[:MOST_QUESTIONS])


def _published_by_now() -> Q:
    """The metrics of providers of later outcomes, each with the end a window must have had."""
    due = Q(pk=None)
    for provider in collecting.known_providers().values():
        if provider.later:
            due |= Q(metric__in=provider.metrics, window_end__lte=Now() - provider.later.after)
    return due


def _asked_in_vain() -> list[Inquiry]:
    """Newest rounds in which nobody answered and somebody might still; not for ever."""
    newer = Inquiry.objects.filter(key=OuterRef("key"), round__gt=OuterRef("round"))
    may_answer = Lookup.objects.filter(inquiry=OuterRef("pk"), reason__in=RETRYABLE_REASONS)
    rows = Inquiry.objects.filter(
        ~Exists(newer), Exists(may_answer), for_outcome=True, round__lt=ROUNDS, settled_at__lt=Now() - AGAIN
    )
    return list(rows.order_by("settled_at")[:MOST_QUESTIONS])
