"""The desk's stored words as people read them: why a provider gave nothing, how it is doing, what a figure means."""

from __future__ import annotations

from datetime import datetime

from sources.admin.showing import Look, length
from sources.models import Lookup, ProviderState
from sources.types import Kind

ABSTENTIONS = {
    "not_configured": Look("No key", "key_off", "plain", "It needs a key that is not set here, so it was not asked."),
    "not_covered": Look("Does not cover this", "do_not_disturb_on", "plain", "It has no figure for this question."),
    "no_data": Look("Has no data", "database_off", "plain", "It answered that it has nothing for this window."),
    "stale": Look("Too old", "history", "caution", "Its newest figure is too old to count."),
    "unavailable": Look("Did not answer", "cloud_off", "caution", "It could not be reached; it is asked again."),
    "rate_limited": Look("Asked too often", "speed", "caution", "It wants us to wait; it is asked again."),
    "access_denied": Look("Access refused", "lock", "bad", "A person must look: key, plan or region."),
    "malformed": Look("Answer not understood", "broken_image", "bad", "Its format changed; the raw answer is kept."),
    "definition_differs": Look("Measures something else", "join_inner", "plain", "Its figure is not comparable."),
}
WAITING = Look("Being asked", "hourglass_top", "wait", "No answer yet.")
ANSWERED = Look("Answered", "chat_bubble", "good", "")
KINDS = {
    Kind.EXACT.value: Look("exact", "adjust", "plain", "The figure itself, within the provider's resolution."),
    Kind.FLOOR.value: Look("at least", "vertical_align_bottom", "plain", "The truth is this much or more."),
    Kind.CEILING.value: Look("at most", "vertical_align_top", "plain", "The truth is this much or less."),
}


def abstention(reason: str) -> Look:
    return ABSTENTIONS.get(reason, Look(reason.replace("_", " ") or "Gave nothing", "help", "plain"))


def outcome_of(lookup: Lookup) -> Look:
    """What came of asking one provider once."""
    if lookup.state == Lookup.State.WAITING:
        return WAITING
    return ANSWERED if lookup.state == Lookup.State.ANSWERED else abstention(lookup.reason)


def health(state: ProviderState, now: datetime, *, is_configured: bool = True) -> Look:
    """How a provider is doing, in the order in which an editor needs to know."""
    if state.paused_until and state.paused_until > now:
        return Look(f"Paused for {length(state.paused_until - now)}", "pause_circle", "caution", state.pause_reason)
    if not is_configured or state.last_reason == "not_configured":
        return ABSTENTIONS["not_configured"]
    if state.failures:
        return Look("Failing", "error", "bad", state.last_note)
    if state.last_answered_at:
        return Look("Answering", "check_circle", "good", "")
    return Look("Never asked", "schedule", "plain", "No claim has needed it yet.")
