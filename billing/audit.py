"""The invariants of the books: each is one SELECT that must return no row, at any instant.

The schema's CHECKs and triggers guard the same facts while writing; this looks at what is there and
knows nothing of them. Names are those of the list that operators are given (I1 to I9).
"""

_LEGS = """
    name (prefix, suffix, sign) AS (VALUES
        ('refund:', '', 1), ('rest:', '', 1), ('refund:', ':again', 1), ('rest:', ':again', 1),
        ('failed:refund:', '', -1), ('failed:rest:', '', -1)),
    leg AS (SELECT payment.charge, method, transfer.key, sign * transfer.amount AS amount,
        CASE sign WHEN 1 THEN destination ELSE source END AS world,
        CASE sign WHEN 1 THEN source ELSE destination END IN ('customer:' || payment.customer,
            CASE WHEN prefix LIKE '%rest:' THEN 'debt:' || payment.customer END,
            CASE WHEN prefix LIKE '%rest:' THEN 'world:grant' END) AS right_source
        FROM payment CROSS JOIN name
        JOIN transfer ON transfer.key = name.prefix || method || ':' || payment.charge || name.suffix)
"""
"""The movements of each payment's refund: what was taken is positive."""

INVARIANTS = {
    "I1 money is neither made nor lost": """
        SELECT off FROM (SELECT sum(posted) AS off FROM account) AS books WHERE off <> 0""",
    "I2 a transfer has two different sides and moves something": """
        SELECT id FROM transfer WHERE source = destination OR amount <= 0""",
    "I3 a transfer's accounts exist": """
        SELECT side.id FROM (SELECT source AS id FROM transfer GROUP BY source
            UNION ALL SELECT destination FROM transfer GROUP BY destination) AS side
        LEFT JOIN account ON account.id = side.id WHERE account.id IS NULL""",
    "I4 posted is the sum of the transfers": """
        SELECT account.id, account.posted, came.amount AS came, went.amount AS went FROM account
        LEFT JOIN (SELECT destination, sum(amount) AS amount FROM transfer GROUP BY destination) AS came
            ON came.destination = account.id
        LEFT JOIN (SELECT source, sum(amount) AS amount FROM transfer GROUP BY source) AS went
            ON went.source = account.id
        WHERE account.posted <> coalesce(came.amount, 0) - coalesce(went.amount, 0)""",
    "I5 held is the sum of the open holds": """
        SELECT account.id, account.held, coalesce(open.amount, 0) AS open FROM account
        LEFT JOIN (SELECT account AS id, sum(amount) AS amount FROM hold WHERE state = 'open'
            GROUP BY account) AS open ON open.id = account.id
        WHERE account.held <> coalesce(open.amount, 0)""",
    "I6 nobody is overdrawn": """
        SELECT id, posted, held FROM account WHERE held < 0 OR (kind = 'customer' AND posted < held)
            OR (substr(id, 1, 5) = 'debt:' AND posted > 0)""",
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
        LEFT JOIN transfer ON transfer.key = 'pay:' || payment.method || ':' || payment.charge
        WHERE transfer.id IS NULL OR transfer.amount <> payment.amount OR payment.amount <> invoice.amount
            OR payment.price <> invoice.price OR invoice.state <> 'paid'
            OR payment.currency <> invoice.currency OR payment.method <> invoice.method
            OR payment.customer <> invoice.customer OR transfer.source <> 'world:' || payment.method
            OR transfer.destination <> 'customer:' || payment.customer
        UNION ALL SELECT key FROM transfer WHERE kind IN ('stars', 'purchase')
            AND key NOT IN (SELECT 'pay:' || method || ':' || charge FROM payment)
        UNION ALL SELECT 'invoice ' || id FROM invoice
            WHERE state = 'paid' AND id NOT IN (SELECT invoice FROM payment)""",
    "I10 a refund gives back once what was taken, and nothing else": f"""
        WITH {_LEGS}
        SELECT payment.charge FROM payment LEFT JOIN leg ON leg.charge = payment.charge
        GROUP BY payment.id, payment.charge, payment.state, payment.amount
        HAVING coalesce(sum(leg.amount), 0) <>
            CASE WHEN payment.state IN ('refund_requested', 'refunded') THEN payment.amount ELSE 0 END
        UNION ALL SELECT key FROM leg WHERE world <> 'world:' || method OR NOT right_source
        UNION ALL SELECT key FROM transfer
            WHERE kind IN ('stars_refund', 'purchase_refund', 'refund_failed')
            AND key NOT IN (SELECT key FROM leg)
        UNION ALL SELECT transfer.key FROM transfer LEFT JOIN hold ON transfer.key = 'refund:' || hold.key
        WHERE transfer.kind = 'refund' AND (hold.key IS NULL OR hold.captured <> transfer.amount
            OR transfer.source <> 'sales' OR transfer.destination <> hold.account)""",
    "I21 what is booked of Telegram's list is in the books": """
        SELECT star_transaction.id FROM star_transaction
        LEFT JOIN payment ON payment.charge = star_transaction.id
        WHERE star_transaction.state = 'booked' AND (payment.id IS NULL
            OR payment.stars <> star_transaction.stars
            OR (direction = 'out' AND payment.state NOT IN ('refund_requested', 'refunded')))""",
    "I22 who repays has owed": """
        SELECT transfer.key FROM transfer
        WHERE kind = 'repay' AND (substr(source, 1, 9) <> 'customer:'
            OR destination <> 'debt:' || substr(source, 10))""",
    "I23 an approved refund is made": """
        SELECT refund_request.id FROM refund_request JOIN payment ON payment.id = refund_request.payment
        WHERE refund_request.state = 'approved' AND payment.state = 'credited'""",
    "I24 a gift is given once, and back at most once": """
        SELECT gift.id FROM gift LEFT JOIN transfer ON transfer.key = 'gift:' || gift.id
        LEFT JOIN transfer AS back ON back.key = 'refund:gift:' || gift.id
        WHERE (gift.state = 'asked') <> (transfer.id IS NULL)
            OR (gift.state = 'returned') <> (back.id IS NOT NULL)
            OR (transfer.id IS NOT NULL AND (transfer.amount <> gift.amount
                OR transfer.source <> 'customer:' || gift.sender
                OR transfer.destination <> 'customer:' || gift.receiver))
            OR (back.id IS NOT NULL AND (back.amount <> gift.amount
                OR back.source <> transfer.destination OR back.destination <> transfer.source))
        UNION ALL SELECT key FROM transfer WHERE kind = 'gift_given'
            AND key NOT IN (SELECT 'gift:' || id FROM gift)""",
    "I41 what is set aside for a code comes from its owner, and is spent or goes back": """
        SELECT transfer.key FROM api_code JOIN transfer ON transfer.source = 'code:' || api_code.id
        WHERE (kind <> 'capture' OR destination <> 'sales')
            AND (kind <> 'set_back' OR destination <> 'customer:' || api_code.customer)
        UNION ALL SELECT transfer.key FROM api_code
            JOIN transfer ON transfer.destination = 'code:' || api_code.id
            WHERE (kind <> 'refund' OR source <> 'sales')
            AND (kind <> 'set_aside' OR source <> 'customer:' || api_code.customer)
        UNION ALL SELECT key FROM transfer
            WHERE kind = 'set_aside' AND destination NOT IN (SELECT 'code:' || id FROM api_code)
            OR kind = 'set_back' AND source NOT IN (SELECT 'code:' || id FROM api_code)""",
    "I42 a code has used what its days have": """
        SELECT api_code.id FROM api_code
        LEFT JOIN (SELECT code, sum(committed) AS committed FROM code_day GROUP BY code) AS days
            ON days.code = api_code.id
        WHERE api_code.committed <> coalesce(days.committed, 0)""",
    "I11 a voucher is used as often as it was redeemed, and each time it credits": """
        SELECT voucher.id FROM voucher WHERE used > most
            OR used <> (SELECT count(*) FROM redemption WHERE voucher = voucher.id)
        UNION ALL SELECT voucher.id FROM redemption JOIN voucher ON voucher.id = redemption.voucher
            LEFT JOIN transfer ON transfer.key = 'voucher:' || voucher.id || ':' || customer
            WHERE transfer.id IS NULL OR transfer.amount <> voucher.amount
            OR transfer.source <> 'world:voucher' OR transfer.destination <> 'customer:' || customer
        UNION ALL SELECT key FROM transfer WHERE kind = 'voucher'
            AND key NOT IN (SELECT 'voucher:' || voucher || ':' || customer FROM redemption)""",
    "I12 an approved receipt has exactly its payment, and its admin is not its owner": """
        SELECT receipt.id FROM receipt JOIN customer ON customer.id = receipt.customer
        LEFT JOIN payment ON payment.charge = 'receipt:' || receipt.id
        WHERE (receipt.state = 'approved') <> (payment.id IS NOT NULL)
            OR (receipt.state = 'approved' AND decided_by = telegram_id)
            OR (payment.id IS NOT NULL AND (payment.invoice <> receipt.invoice OR payment.method <> 'card'
                OR payment.customer <> receipt.customer))
        UNION ALL SELECT charge FROM payment WHERE method = 'card'
            AND charge NOT IN (SELECT 'receipt:' || id FROM receipt)""",
}
