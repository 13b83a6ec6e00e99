"""The invariants of the books: each is one SELECT that must return no row, at any instant.

The schema's CHECKs and triggers guard the same facts while writing; this looks at what is there and
knows nothing of them. Names are those of the list that operators are given (I1 to I9).
"""

INVARIANTS = {
    "I1 money is neither made nor lost": """
        SELECT off FROM (SELECT sum(posted) AS off FROM account) AS books WHERE off <> 0""",
    "I2 a transfer has two different sides and moves something": """
        SELECT id FROM transfer WHERE source = destination OR amount <= 0""",
    "I3 a transfer's accounts exist": """
        SELECT id FROM transfer
        WHERE source NOT IN (SELECT id FROM account) OR destination NOT IN (SELECT id FROM account)""",
    "I4 posted is the sum of the transfers": """
        SELECT account.id, account.posted, coalesce(moved.amount, 0) AS moved FROM account
        LEFT JOIN (SELECT id, sum(amount) AS amount FROM (
            SELECT destination AS id, amount FROM transfer
            UNION ALL SELECT source, -amount FROM transfer) AS side GROUP BY id) AS moved
            ON moved.id = account.id
        WHERE account.posted <> coalesce(moved.amount, 0)""",
    "I5 held is the sum of the open holds": """
        SELECT account.id, account.held, coalesce(open.amount, 0) AS open FROM account
        LEFT JOIN (SELECT account AS id, sum(amount) AS amount FROM hold WHERE state = 'open'
            GROUP BY account) AS open ON open.id = account.id
        WHERE account.held <> coalesce(open.amount, 0)""",
    "I6 nobody is overdrawn": """
        SELECT id, posted, held FROM account WHERE held < 0 OR (kind = 'customer' AND posted < held)""",
    "I8 a captured hold has exactly its capture, others have none": """
        SELECT hold.key FROM hold LEFT JOIN transfer ON transfer.key = 'capture:' || hold.key
        WHERE (hold.state = 'captured') <> (transfer.id IS NOT NULL)
            OR (transfer.id IS NOT NULL AND (transfer.kind <> 'capture'
                OR transfer.amount <> hold.captured OR transfer.amount > hold.amount
                OR transfer.source <> hold.account OR transfer.destination <> 'sales'))
        UNION ALL SELECT key FROM transfer WHERE kind = 'capture'
            AND (substr(key, 1, 8) <> 'capture:' OR substr(key, 9) NOT IN (SELECT key FROM hold))""",
    "I9 a payment has exactly its credit, at the invoice's price": """
        SELECT payment.charge FROM payment
        JOIN invoice ON invoice.id = payment.invoice
        LEFT JOIN transfer ON transfer.key = 'pay:stars:' || payment.charge
        WHERE transfer.id IS NULL OR transfer.amount <> payment.amount OR payment.amount <> invoice.amount
            OR payment.stars <> invoice.stars OR invoice.state <> 'paid'
            OR payment.customer <> invoice.customer OR transfer.source <> 'world:stars'
            OR transfer.destination <> 'customer:' || payment.customer
        UNION ALL SELECT key FROM transfer WHERE kind = 'stars'
            AND (substr(key, 1, 10) <> 'pay:stars:' OR substr(key, 11) NOT IN (SELECT charge FROM payment))
        UNION ALL SELECT 'invoice ' || id FROM invoice
            WHERE state = 'paid' AND id NOT IN (SELECT invoice FROM payment)""",
    "I10 a refund gives back once what was taken, and nothing else": """
        SELECT payment.charge FROM payment
        LEFT JOIN transfer ON transfer.key = 'refund:stars:' || payment.charge
        WHERE (payment.state = 'credited') <> (transfer.id IS NULL)
            OR (transfer.id IS NOT NULL AND (transfer.amount <> payment.amount
                OR transfer.source <> 'customer:' || payment.customer
                OR transfer.destination <> 'world:stars'))
        UNION ALL SELECT key FROM transfer WHERE kind = 'stars_refund'
            AND (substr(key, 1, 13) <> 'refund:stars:' OR substr(key, 14) NOT IN (SELECT charge FROM payment))
        UNION ALL SELECT transfer.key FROM transfer LEFT JOIN hold ON transfer.key = 'refund:' || hold.key
        WHERE transfer.kind = 'refund' AND (hold.key IS NULL OR hold.captured <> transfer.amount
            OR transfer.source <> 'sales' OR transfer.destination <> hold.account)""",
}
