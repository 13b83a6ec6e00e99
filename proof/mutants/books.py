"""The books: the ledger, debts, lots, the schema and the audit."""

LEDGER = (
    ("a transfer's key is not looked up", "    if known is not None:\n        if known != (kind,",
     "    if known is not None and not known:\n        if known != (kind,"),
    ("a transfer's key may stand for another movement", "if known != (kind, source, destination, amount):",
     "if False:"),
    ("a transfer's key may stand for another amount", "known != (kind, source, destination, amount)",
     "known[:3] != (kind, source, destination)"),
    ("what is held may be given away", "(kind <> 'customer' OR posted - held >= :amount)",
     "(kind <> 'customer' OR posted >= :amount)"),
    ("nobody's balance is asked", " AND (kind <> 'customer' OR posted - held >= :amount)", ""),
    ("a transfer does not arrive", "    _post(conn, destination, amount)\n    _record(", "    _record("),
    ("a transfer is not written down",
     "    _record(conn, key, kind, source, destination, amount, now, reason)\n    return True",
     "    return True"),
    ("a negative amount may be transferred", "assert amount > 0, amount\n    known = conn.one(\"SELECT kind,",
     "assert amount, amount\n    known = conn.one(\"SELECT kind,"),
    ("a hold asks for what is posted, not for what is available",
     "WHERE id = :account AND posted - held >= :amount", "WHERE id = :account AND posted >= :amount"),
    ("a hold asks for nothing", "WHERE id = :account AND posted - held >= :amount", "WHERE id = :account"),
    ("a hold needs one more than it takes", "WHERE id = :account AND posted - held >= :amount",
     "WHERE id = :account AND posted - held > :amount"),
    ("a hold's key may stand for another hold", "if known != (account, amount):", "if False:"),
    ("a hold is made twice", "    if made:\n        conn.run", "    if True:\n        conn.run"),
    ("a hold may have a key that another had", "ON CONFLICT DO NOTHING\",\n        key=key, account=account, amount=amount",
     "ON CONFLICT DO UPDATE SET amount = amount\",\n        key=key, account=account, amount=amount"),
    ("a hold sets too little aside", "SET held = held + :amount WHERE", "SET held = held + :amount - 1 WHERE"),
    ("a capture may exceed its hold", " AND state = 'open' AND amount >= :amount RETURNING",
     " AND state = 'open' RETURNING"),
    ("a capture asks for no open hold", " AND state = 'open' AND amount >= :amount RETURNING",
     " AND amount >= :amount RETURNING"),
    ("a capture leaves the rest held", "SET held = held - :held, posted", "SET held = held - :amount, posted"),
    ("a capture takes the whole hold", "posted = posted - :amount WHERE id = :account\"\n        \" RETURNING",
     "posted = posted - :held WHERE id = :account\"\n        \" RETURNING"),
    ("a capture takes nothing", "held = held - :held, posted = posted - :amount", "held = held - :held"),
    ("a capture is not sold", "    _post(conn, SALES, amount)\n", ""),
    ("a capture's key has the amount in it", "f\"capture:{key}\"", "f\"capture:{key}:{amount}\""),
    ("a second, other end of a hold is no mistake", "(known.state, known.captured) != (state, captured):", "False:"),
    ("a second capture of another amount is no mistake", "(known.state, known.captured) != (state, captured):",
     "known.state != state:"),
    ("a void leaves the amount held", "\"UPDATE account SET held = held - :amount WHERE id = :account RETURNING",
     "\"UPDATE account SET held = held - 0 * :amount WHERE id = :account RETURNING"),
    ("a void frees too much", "\"UPDATE account SET held = held - :amount WHERE id = :account RETURNING",
     "\"UPDATE account SET held = 0 * :amount WHERE id = :account RETURNING"),
    ("a void ends a hold that has ended", "WHERE key = :key AND state = 'open' RETURNING account, amount\",\n",
     "WHERE key = :key RETURNING account, amount\",\n"),
    ("a second void is a mistake", "_same_end(conn, key, \"voided\", 0)", "_same_end(conn, key, \"open\", 0)"),
    ("a refund needs no capture", "if taken is None or taken.state != \"captured\":", "if taken is None:"),
    ("a refund gives the hold back, not what was taken", "SELECT account, state, captured FROM hold",
     "SELECT account, state, amount AS captured FROM hold"),
    ("a refund is given each time it is asked for", "f\"refund:{key}\", \"refund\"",
     "f\"refund:{key}:{balance(conn, SALES).posted}\", \"refund\""),
    ("a refund comes from nowhere near the sales", "\"refund\", SALES, taken", "\"refund\", GRANT, taken"),
    ("money for an account that is not there is lost", "    assert known, account\n", ""),
    ("an account is opened for the house", "VALUES (:id, 'customer') ON", "VALUES (:id, 'world') ON"),
)  # fmt: skip

MONEY = (
    ("what is held counts as available", "return self.posted - self.held", "return self.posted"),
)  # fmt: skip

DEBT = (
    ("nobody owes anything", "return -int(row.posted) if row else 0", "return 0"),
    ("a debt is repaid beyond what is owed", "amount = min(owed(conn, customer), balance(conn, account).available)",
     "amount = balance(conn, account).available"),
    ("a debt is repaid with what is held", "balance(conn, account).available)", "balance(conn, account).posted)"),
    ("one occasion repays twice", "f\"repay:{occasion}\"", "f\"repay:{occasion}:{owed(conn, customer)}\""),
    ("a debt is repaid to the house", "\"repay\", account, debt_of(customer), amount",
     "\"repay\", account, \"sales\", amount"),
)  # fmt: skip

LOTS = (
    ("bought tokens are spent first", "SELECT id, -amount FROM transfer AS moved WHERE destination", "SELECT id, 0 FROM transfer AS moved WHERE destination"),
    ("what was spent last counts, not what was most", "SELECT coalesce(max(level), 0)", "SELECT coalesce(min(level), 0)"),
    ("each purchase counts the same spending", "        spent -= taken\n", ""),
    ("a refunded purchase has something left", " if lot.state == \"credited\" else 0", ""),
    ("what was given back counts as spent", "'gift_refund', {_WITHIN}) AND {_UNDONE}\"", "'gift_refund', {_WITHIN})\""),
)  # fmt: skip

SCHEMA = (
    ("the schema allows an overdraft", "CHECK (kind <> 'customer' OR posted >= held)", "CHECK (1)"),
    ("the schema allows a negative hold", "DEFAULT 0 CHECK (held >= 0)", "DEFAULT 0"),
    ("the schema allows to capture more than was held", "CHECK (captured BETWEEN 0 AND amount)", "CHECK (1)"),
    ("the schema allows a key twice", "    key TEXT NOT NULL UNIQUE,\n    kind", "    key TEXT NOT NULL,\n    kind"),
    ("a transfer may be changed", "BEFORE UPDATE ON transfer\n", "BEFORE UPDATE OF id ON transfer\n"),
    ("a hold may end twice", "BEFORE UPDATE ON hold WHEN OLD.state <> 'open'",
     "BEFORE UPDATE ON hold WHEN OLD.state = 'never'"),
)  # fmt: skip

AUDIT = (
    ("the audit does not add up", "AS books WHERE off <> 0", "AS books WHERE off IS NULL"),
    ("the audit does not count transfers", "WHERE account.posted <> coalesce(came.amount, 0) - coalesce(went.amount, 0)",
     "WHERE 0"),
    ("the audit does not count holds", "WHERE account.held <> coalesce(open.amount, 0)", "WHERE 0"),
    ("the audit does not compare a payment with its invoice", " OR payment.amount <> invoice.amount\n", "\n"),
    ("the audit does not look for refunds without a payment", "WHERE kind IN ('stars_refund', 'purchase_refund', 'refund_failed')\n",
     "WHERE kind IN ('-')\n"),
)  # fmt: skip
