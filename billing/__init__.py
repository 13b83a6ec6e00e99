"""Money. Functions over an open connection; nothing here knows the bot or its doors."""

from typing import Any, NamedTuple, Protocol

Row = Any
"""A row: a named tuple of the columns, so that `row.posted` and `amount, state = row` both read well."""


class Connection(Protocol):
    """An open transaction, as `bot.storage` gives it: plain SQL with named parameters."""

    def one(self, sql: str, /, **values: Any) -> Row | None: ...

    def only(self, sql: str, /, **values: Any) -> Row:
        """The one row that there is sure to be."""

    def all(self, sql: str, /, **values: Any) -> list[Row]: ...

    def run(self, sql: str, /, **values: Any) -> int:
        """Run a statement; how many rows it changed."""

    def tell(self, news: str) -> None:
        """Once this is committed, whoever remembers what they have read hears of it."""


class Balance(NamedTuple):
    """Millitokens of one account."""

    posted: int
    held: int

    @property
    def available(self) -> int:
        return self.posted - self.held
