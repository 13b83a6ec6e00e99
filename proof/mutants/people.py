"""What people have: codes and their budgets, gifts, refills, invites, an operator's credit."""

BUDGETS = (
    ("a budget in all has one job more", "committed + :price <= budget_all)", "committed <= budget_all)"),
    ("a budget is not counted", "SET committed = committed + :price, used_at", "SET used_at"),
    ("a code spends beyond its budget", "committed + :price <= budget_all)", "1)"),
    ("a code spends one too little in all", "committed + :price <= budget_all)", "committed + :price < budget_all)"),
    ("a code spends beyond its day", "today.committed > row.budget_day:", "False:"),
    ("a day's budget is for ever", "day=now // DAY, price", "day=0 * now, price"),
    ("a paused code spends", "revoked_at IS NULL AND paused_at IS NULL AND", "revoked_at IS NULL AND"),
    ("a revoked code spends its budget", "revoked_at IS NULL AND paused_at IS NULL AND", "paused_at IS NULL AND"),
    ("a code is never out of date", "(expires_at IS NULL OR expires_at > :now)\"", "1\""),
    ("what a job did not cost counts", "    conn.run(\n        \"UPDATE api_code SET committed = committed - :unspent",
     "    conn.run(\n        \"UPDATE api_code SET committed = committed - 0 * :unspent"),
    ("what is set aside is not spent", "    return account_of_code(code) if row.aside else", "    return account_of_code(code) if False else"),
)  # fmt: skip

SET_ASIDE = (
    ("a code goes on spending its own", "SET aside = 0 WHERE", "SET aside = aside WHERE"),
    ("anybody sets aside for a code", "WHERE id = :code AND customer = :customer AND revoked_at IS NULL",
     "WHERE id = :code AND :customer > 0 AND revoked_at IS NULL"),
    ("a revoked code is given tokens", " AND revoked_at IS NULL\"", "\""),
    ("what is set aside stays where it was",
     "    transfer(conn, f\"set_aside:{key}\", \"set_aside\", account_of(customer), account, amount, now)\n", ""),
    ("what jobs hold is taken back", "balance(conn, account).available", "balance(conn, account).posted"),
    ("anybody takes a code's tokens", "SET aside = 0 WHERE id = :code AND customer = :customer",
     "SET aside = 0 WHERE id = :code AND :customer > 0"),
    ("what a code held is forgotten", " AND (aside = 0 OR revoked_at IS NOT NULL)\"", " AND 0\""),
)  # fmt: skip

GIFTS = (
    ("somebody gives to themselves", "    if sender == receiver:", "    if False:"),
    ("gifts have no limit a day", "    if given.amount + amount > per_day:", "    if False:"),
    ("the limit is looked at when it is asked only", "    _refuse_too_much(conn, sender, row.amount, per_day, now)\n", ""),
    ("a gift is given at each tap", "    if row.state != \"asked\":\n        return row, False\n", ""),
    ("a gift may be confirmed for ever", "    if row.created_at < now - CONFIRM:", "    if False:"),
    ("a gift may be taken back for ever", "row.state == \"asked\" or row.given_at < now - REGRET", "row.state == \"asked\""),
    ("a gift is taken back twice", "f\"refund:gift:{gift}\", \"gift_refund\"", "f\"refund:gift:{gift}:{now}\", \"gift_refund\""),
    ("a gift that was spent is taken back", "    except NotEnoughTokens:\n        raise GiftRefused(\"gift-spent\") from None\n", "    except NotEnoughTokens:\n        pass\n"),
    ("anybody may confirm a gift", "FROM gift WHERE id = :id AND sender = :sender\"", "FROM gift WHERE id = :id AND :sender > 0\""),
)  # fmt: skip

FREE = (
    ("people are refilled above the level", "level - row.posted, now)", "level, now)"),
    ("people are refilled again and again", "'refill:' || customer.id || ':' || used.id)", "'refill:never:' || used.id)"),
    ("people are refilled while they work", "    \" AND account.held = 0\"\n", ""),
    ("people are refilled at once", "AND used.created_at <= :before AND", "AND :before > 0 AND"),
    ("who owes is refilled", " AND coalesce(debt.posted, 0) = 0\"", " \""),
)  # fmt: skip

INVITES = (
    ("free tokens pay for invites", " if spent_of_bought(conn, row.id)]", "]"),
    ("an inviter is paid without a limit", "    if _paid_today(conn, invited.invited_by, now) < per_day:", "    if True:"),
    ("a banned person is paid for", "invited_by IS NOT NULL AND banned_at IS NULL\"", "invited_by IS NOT NULL\""),
)  # fmt: skip

CODES = (
    ("nobody hears that a code is paused", "take them again.\"\"\"\n    conn.tell(CHANGED)\n", "take them again.\"\"\"\n"),
    ("a revoked code still spends", "WHERE digest = :digest AND revoked_at IS NULL", "WHERE digest = :digest"),
    ("codes are stored under no pepper", "hmac.new(pepper, digestmod", "hmac.new(b\"-\", digestmod"),
)  # fmt: skip

OPERATOR = (
    ("taking back gives", "if amount > 0 else (account, GRANT)", "if amount else (account, GRANT)"),
    ("an operator's credit is made each time it is asked for", "f\"admin:{key}\", \"grant\"",
     "f\"admin:{key}:{conn.only('SELECT count(*) FROM transfer')[0]}\", \"grant\""),
    ("a tenth is a thousandth", "int(part.ljust(3, \"0\") or 0)", "int(part or 0)"),
    ("a minus is not heard", "return -amount if", "return amount if"),
)  # fmt: skip

CUSTOMERS = (
    ("signing up is paid at every visit", "f\"signup:{account}\", \"signup\", GRANT, account, signup, now)\n",
     "f\"signup:{account}\", \"signup\", GRANT, account, signup, now)\n    if signup and row.name != name:\n"
     "        transfer(conn, f\"signup:{row.id}:{name}\", \"signup\", GRANT, account_of(row.id), signup, now)\n"),
    ("people invite themselves", "AND :inviter < id AND :inviter IN", "AND :inviter IN"),
    ("the last inviter counts", " AND invited_by IS NULL\"", "\""),
)  # fmt: skip
