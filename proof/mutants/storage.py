"""The writer and its file."""

WRITER = (
    ("a function that fails is not undone", "        sqlite.execute(\"ROLLBACK TO one\")\n", ""),
    ("a COMMIT that fails is told as done", "    for waiting in batch:\n        waiting.error = StorageError",
     "    for waiting in batch[:0]:\n        waiting.error = StorageError"),
    ("a COMMIT that fails is told to the first alone",
     "    for waiting in batch:\n        waiting.error = StorageError",
     "    for waiting in batch[:1]:\n        waiting.error = StorageError"),
    ("functions are told before the COMMIT", "        sqlite.execute(\"COMMIT\")\n    except", "        pass\n    except"),
    ("a transaction that failed stays open",
     "        with suppress(sqlite3.Error):\n            sqlite.execute(\"ROLLBACK\")",
     "        pass"),
    ("brief functions are told before they are on the disk",
     "        self._batches.put((batch, open_))\n",
     "        self._batches.put((batch, open_))\n        for waiting in batch if open_ else ():\n"
     "            waiting.tell()\n"),
    ("a locked file fails who is brief", "            if open_:\n                commit(self._sqlite, batch)\n            else:\n",
     "            if batch[0].brief:\n                commit(self._sqlite, batch)\n            else:\n"),
    ("what SQLite rolled back by itself is told as done",
     "        if not sqlite.in_transaction:\n            raise  # a full disk makes SQLite roll back everything,"
     " the neighbours' work included\n", "        if not sqlite.in_transaction:\n            return\n"),
    ("an error is dropped", "        waiting.error = _ours(error)\n", ""),
)  # fmt: skip

STORAGE = (
    ("a COMMIT need not be on the disk", "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),
    ("references are not checked", "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF"),
    ("two processes may write", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB"),
    ("a damaged file is opened", "    if found != \"ok\":", "    if not found:"),
)  # fmt: skip
