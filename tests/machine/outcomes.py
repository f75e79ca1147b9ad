"""What can come of the steps. A run that never comes to one of these has not asked for it."""

OUTCOMES = (
    *("started", "gone on with", "taken over", "begun before", "expired by a start"),
    *("refused: limit", "refused: not open", "refused: closed", "refused: paused"),
    *("saved", "saved before", "held", "stale", "over", "bad answers", "not theirs"),
    *("submitted", "submitted before", "expired before", "expired by a submit"),
    *("at the last moment", "a millisecond too late", "submit of another phone"),
    *("late sheet kept", "late sheet replaced"),
    *("expired by the worker", "counted", "restarted", "set the clock back"),
    *("paused", "resumed", "time granted"),
    *("outage taken out", "outage refused", "result changed afterwards"),
    *("at once: Save and Save", "at once: Save and Start", "at once: Save and Submit"),
    *("at once: Start and Start", "at once: Start and Submit", "at once: Submit and Submit"),
    *("looked at a paper", "looked at a result", "looked at a rank"),
)


def missing(outcomes):
    """Return what never came about."""
    return [name for name in OUTCOMES if not outcomes[name]]
