"""The outside world: each service behind what `core` says it must do."""
