"""What this run has charged for, by the row of the price table: names that callers make up have no end."""

from collections import Counter

from handlers.http.gateway.metering import Meter


class Used:
    def __init__(self) -> None:
        self.charged: Counter[str] = Counter()
        """Millitokens."""
        self.units: Counter[tuple[str, str]] = Counter()
        """By model, and prompt_tokens or completion_tokens."""

    def note(self, model: str, meter: Meter) -> None:
        """Of a request that has ended."""
        if meter.units is not None:
            self.charged[model] += meter.charged
            self.units[model, "prompt_tokens"] += meter.units.prompt
            self.units[model, "completion_tokens"] += meter.units.completion
