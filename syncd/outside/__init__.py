"""The outside world: the one place that speaks to a mail server or a card processor, each behind what `core`
says it must do."""
