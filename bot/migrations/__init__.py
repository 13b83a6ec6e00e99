"""The schema: numbered .sql, each applied once, in order, in one transaction."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

SHIPPED = Path(__file__).parent


class UnknownSchema(Exception):
    """The file was made by a later version of the program."""


def migrate(sqlite: sqlite3.Connection, folder: Path = SHIPPED) -> None:
    """Apply what the file lacks. Raises UnknownSchema, or what is wrong with a script: then none of it."""
    version = sqlite.execute("PRAGMA user_version").fetchone()[0]
    files = {int(file.name.split("_")[0]): file for file in folder.glob("*.sql")}
    if version > max(files, default=0):
        raise UnknownSchema(f"its schema is number {version}, this program knows {max(files, default=0)}")
    for number in sorted(files):
        if number > version:
            _apply(sqlite, number, files[number].read_text("utf-8"))


def _apply(sqlite: sqlite3.Connection, number: int, script: str) -> None:
    sqlite.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            sqlite.execute(statement)
        sqlite.execute(f"PRAGMA user_version = {number}")
        sqlite.execute("COMMIT")
    except BaseException:
        if sqlite.in_transaction:
            sqlite.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's inner semicolons don't end it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), f"unfinished statement: {statement[:60]}"
