"""Whether the books are right, as last looked at. While they are not, no new job is taken on any door.

right ──the audit finds something──▶ wrong: no new jobs; what runs ends ──an audit passes──▶ right
                                       └──an admin says so──▶ jobs are taken, until more is wrong
"""

import structlog

from billing.errors import Refusal
from bot.audit import Violation, audit
from bot.clock import now
from bot.storage import Storage

log = structlog.get_logger()


class BooksWrong(Refusal):
    """Nothing is taken until somebody has looked at the books."""


class Watch:
    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.looked_at = now()
        self._accepted: frozenset[str] = frozenset()

    @property
    def wrong(self) -> list[str]:
        """The invariants that are broken."""
        return [violation.invariant for violation in self.violations]

    @property
    def stops(self) -> bool:
        """No new job is to be taken."""
        return not self._accepted.issuperset(self.wrong)

    async def look(self, storage: Storage, boot: str | None = None) -> None:
        """Audit the books. `boot`: this run of the program, once it has taken over what the last one left."""
        self.violations = await audit(storage, boot)
        self.looked_at = now()
        for violation in self.violations:
            log.error("the books are wrong", invariant=violation.invariant, rows=violation.rows)
        if not self.violations:
            self._accepted = frozenset()

    def accept(self) -> None:
        """An admin has mended what can be mended: what is wrong now stops nothing any more."""
        self._accepted = frozenset(self.wrong)
