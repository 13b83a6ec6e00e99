"""Mistakes that somebody could make in the money's code: each must turn a test of the core red.

A mutant is a text of a file and what stands there instead; the text must be there exactly once. With it go
the tests (of tests/core) that are run.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


NULL = Mutant(
    "nothing", "billing/ledger.py", "    return Balance(*", "    return  Balance(*", ("ledger", "stars")
)

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
    ("a hold is made twice", "            raise KeyReused(key)\n        return\n",
     "            raise KeyReused(key)\n"),
    ("a hold sets too little aside", "SET held = held + :amount WHERE", "SET held = held + :amount - 1 WHERE"),
    ("a capture may exceed its hold", " AND state = 'open' AND amount >= :amount RETURNING",
     " AND state = 'open' RETURNING"),
    ("a capture asks for no open hold", " AND state = 'open' AND amount >= :amount RETURNING",
     " AND amount >= :amount RETURNING"),
    ("a capture leaves the rest held", "SET held = held - :held, posted", "SET held = held - :amount, posted"),
    ("a capture takes the whole hold", "posted = posted - :amount WHERE id = :account\",\n        held=",
     "posted = posted - :held WHERE id = :account\",\n        held="),
    ("a capture takes nothing", "held = held - :held, posted = posted - :amount", "held = held - :held"),
    ("a capture is not sold", "    _post(conn, SALES, amount)\n", ""),
    ("a capture's key has the amount in it", "f\"capture:{key}\"", "f\"capture:{key}:{amount}\""),
    ("a second, other end of a hold is no mistake", "if known != (state, captured):", "if known is None:"),
    ("a second capture of another amount is no mistake", "if known != (state, captured):",
     "if known is None or known.state != state:"),
    ("a void leaves the amount held", "\"UPDATE account SET held = held - :amount WHERE id = :account\"",
     "\"UPDATE account SET held = held - 0 * :amount WHERE id = :account\""),
    ("a void frees too much", "\"UPDATE account SET held = held - :amount WHERE id = :account\"",
     "\"UPDATE account SET held = 0 * :amount WHERE id = :account\""),
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

ORDERS = (
    ("the tag leaves out the amount", "|{invoice.customer}|{invoice.amount}|", "|{invoice.customer}|"),
    ("the tag leaves out the customer", "|{invoice.customer}|{invoice.amount}|", "|{invoice.amount}|"),
    ("the tag leaves out the Stars", "|{invoice.price}|{invoice.expires_at}", "|{invoice.expires_at}"),
    ("the tag leaves out the expiry", "|{invoice.price}|{invoice.expires_at}", "|{invoice.price}"),
    ("the tag has no secret", "hmac.new(secret, content", "hmac.new(b\"\", content"),
    ("any tag is genuine", "_tag(secret, invoice).encode(), tag.encode(errors=\"replace\")",
     "tag.encode(errors=\"replace\"), tag.encode(errors=\"replace\")"),
    ("somebody else's invoice may be paid", "if invoice.customer != customer:\n        raise",
     "if False:\n        raise"),
    ("any currency will do", "(invoice.currency, invoice.price) != (currency, price)", "invoice.price != price"),
    ("any amount of Stars will do", "(invoice.currency, invoice.price) != (currency, price)", "invoice.currency != currency"),
    ("a paid invoice may be paid again", "if invoice.state == \"paid\":", "if False:"),
    ("an invoice never expires", "if invoice.expires_at < now:", "if False:"),
    ("an invoice expires a moment too soon", "if invoice.expires_at < now:", "if invoice.expires_at <= now:"),
    ("a banned person may pay", "AND banned_at IS NOT NULL\"", "AND banned_at < 0\""),
    ("a charge is not looked up", "    if known is not None:\n        if (known.customer",
     "    if known is not None and not known:\n        if (known.customer"),
    ("a charge may be another payment",
     "if (known.customer, known.currency, known.price) != (customer, paid.currency, paid.amount):", "if False:"),
    ("a charge may be somebody else's",
     "(known.customer, known.currency, known.price) != (customer, paid.currency, paid.amount)",
     "known.price != paid.amount"),
    ("a charge may be of other Stars",
     "(known.customer, known.currency, known.price) != (customer, paid.currency, paid.amount)",
     "known.customer != customer"),
    ("a payment for another's invoice is credited", "if invoice is None or invoice.customer != customer:",
     "if invoice is None:"),
    ("a payment of too few Stars is credited",
     "(invoice.currency, invoice.price) != (paid.currency, paid.amount)", "False"),
    ("a payment without an invoice crashes", "if invoice is None or invoice.customer != customer:",
     "if invoice.customer != customer:"),
    ("a paid invoice stays open", "\"UPDATE invoice SET state = 'paid' WHERE id = :id",
     "\"UPDATE invoice SET state = 'open' WHERE id = :id"),
    ("a payment is not credited", "    transfer(\n        conn, key,", "    print(\n        conn, key,"),
    ("a payment credits its price, not its tokens", "account, invoice.amount, now", "account, paid.amount, now"),
    ("a credit's key is the invoice's, not the charge's", "credit_key(invoice.method, paid.charge),",
     "credit_key(invoice.method, invoice.id),"),
    ("a repeated payment counts as a new one", "return Credit(known.amount, fresh=False)",
     "return Credit(known.amount, fresh=True)"),
)  # fmt: skip

STARS = (
    ("a refund that came before its payment is forgotten", "        _go_back(conn, charge, now)\n", ""),
    ("any transaction of the charge takes it back", "WHERE id = :charge AND direction = 'out'\"",
     "WHERE id = :charge\""),
    ("a purchase repays no debt", "        repay(conn, customer, credit_key(METHOD, charge), now)\n", ""),
)  # fmt: skip

REFUNDS = (
    ("a refund is not noted", "            raise PaymentRefused(\"refund-spent\") from None\n        _mark(conn, payment, \"refund_requested\", now)\n",
     "            raise PaymentRefused(\"refund-spent\") from None\n"),
    ("a refund takes nothing back", "            _take_back(conn, payment, payment.amount, GRANT, now)\n",
     "            pass\n"),
    ("a refund is taken from the payer twice", "    if payment.state == \"credited\":\n        try:", "    if payment.state:\n        try:"),
    ("a loss is booked at each tap", "    if payment.state == \"credited\":\n        taken", "    if payment.state:\n        taken"),
    ("a loss is the customer's debt", "_take_back(conn, payment, taken, GRANT, now)", "_take_back(conn, payment, taken, open_debt(conn, payment.customer), now)"),
    ("what is held pays for a loss", "balance(conn, account_of(payment.customer)).available)", "balance(conn, account_of(payment.customer)).posted)"),
    ("a refund of spent tokens crashes", "        except NotEnoughTokens:", "        except ZeroDivisionError:"),
    ("what was not asked back is refunded", "SET state = 'refunded' WHERE charge = :c AND state = 'refund_requested'",
     "SET state = 'refunded' WHERE charge = :c"),
    ("every refund is done", "SET state = 'refunded' WHERE charge = :c AND state = 'refund_requested'",
     "SET state = 'refunded' WHERE state = 'refund_requested'"),
    ("a refund that failed is done", "SET state = 'refund_failed' WHERE charge = :c AND state = 'refund_requested'",
     "SET state = 'refund_failed' WHERE charge = :c"),
    ("a refund that failed gives nothing back", "            transfer(conn, f\"failed:{key}\", \"refund_failed\","
     " row.destination, row.source, row.amount, now)\n", "            pass\n"),
    ("our own refund is taken once more when Telegram tells of it",
     "    if payment.state in (\"refund_requested\", \"refunded\"):", "    if payment.state == \"refunded\":"),
    ("a refund is taken at each telling", "    if payment.state in (\"refund_requested\", \"refunded\"):",
     "    if payment.state == \"refund_requested\":"),
    ("what is held is taken back", "balance(conn, account).available)", "balance(conn, account).posted)"),
    ("nothing is owed", "open_debt(conn, payment.customer), now, reason)", "\"world:grant\", now)"),
    ("the debt is the whole payment", "other, payment.amount - taken)", "other, payment.amount)"),
    ("a payment of nothing is taken back", "        if amount:\n", "        if True:\n"),
    ("a refund after a failed one is forgotten",
     " + (\":again\" if payment.state == \"refund_failed\" else \"\")", ""),
    ("taken back without being marked", "    _mark(conn, payment, \"refunded\", now)\n", ""),
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

RECONCILIATION = (
    ("what was read is not read again", "- OVERLAP)", "- 0)"),
    ("the list is always read from its start", "next_offset) - OVERLAP", "next_offset) * 0"),
    ("how far it was read is forgotten", "SET next_offset = max(next_offset, :read)\"",
     "SET next_offset = next_offset + 0 * :read\""),
    ("how far it was read goes back", "max(next_offset, :read)", ":read"),
    ("a lost payment is not credited", "            if _credit(conn, secret, one, now):\n", "            if False:\n"),
    ("a payment is credited out of the house", "if one.direction == \"in\" and one.partner == \"invoice_payment\":",
     "if one.direction == \"in\":"),
    ("a chargeback is not noticed", "        elif one.direction == \"out\" and one.telegram_id is not None:",
     "        elif False:"),
    ("what no order explains is booked", "went_back(conn, one.id) else \"unmatched\"\n    return", "went_back(conn, one.id) else \"booked\"\n    return"),
    ("what no order explains stops the list", "    except (PaymentRefused, KeyReused):\n        return",
     "    except ZeroDivisionError:\n        return"),
    ("a refund before its payment is dropped", "        note(conn, one, \"noted\" if went_back(conn, one.id) else \"unmatched\", None)\n", ""),
    ("Stars are given back of what was booked", "        \" AND state IN ('unmatched', 'returning') RETURNING telegram_id\",", "        \" RETURNING telegram_id\","),
)  # fmt: skip

RECEIPTS = (
    ("a receipt credits at each tap", "    if not mine:\n        raise Decided", "    if False:\n        raise Decided"),
    ("a receipt is decided again", " WHERE id = :id AND state = 'submitted'\"", " WHERE id = :id\""),
    ("a rejected receipt credits", "    if approve:\n        charge", "    if True:\n        charge"),
    ("an approved receipt credits nothing",
     "        orders.credit(conn, found.invoice, Paid(charge, found.currency, found.price), now)\n", ""),
    ("a receipt repays no debt", "        repay(conn, found.customer, credit_key(METHOD, charge), now)\n", ""),
    ("an admin approves their own receipt", "    if receipt.telegram_id == admin:", "    if False:"),
    ("an admin approves without a limit", "    if approved + receipt.amount > most:", "    if False:"),
    ("an admin approves one too many", "    if approved + receipt.amount > most:", "    if approved > most:"),
    ("a bank's reference is used twice", "    _refuse_known(conn, receipt)\n", ""),
    ("somebody else's order is paid", "WHERE id = :id AND customer = :customer AND method",
     "WHERE id = :id AND :customer > 0 AND method"),
    ("an order of Stars takes a receipt", " AND method = :method\"", " AND :method <> ''\""),
    ("a receipt comes too late", " or order.expires_at < now:", ":"),
)  # fmt: skip

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

VOUCHERS = (
    ("a voucher is redeemed beyond its count", "WHERE id = :id AND used < most\"", "WHERE id = :id\""),
    ("a customer redeems twice", "    if conn.one(\"SELECT 1 FROM redemption", "    if 0 and conn.one(\"SELECT 1 FROM redemption"),
    ("a voucher never expires", "voucher.expires_at <= now:", "voucher.expires_at < 0:"),
    ("guesses are not counted", "    conn.run(\"INSERT INTO voucher_guess (customer, created_at) VALUES (:c, :now)\", c=customer, now=now)\n", ""),
    ("who guesses too often is looked up", "    if _guessed_too_often(conn, customer, now):\n        return", "    if False:\n        return"),
    ("one guess too many", "now - span) >= most for", "now - span) > most for"),
    ("guesses are those of all", "WHERE customer = :customer AND created_at > :since\"", "WHERE :customer > 0 AND created_at > :since\""),
    ("a voucher repays no debt", "    repay(conn, customer, key, now)\n", ""),
    ("a voucher's key is the voucher's alone", "f\"voucher:{voucher.id}:{customer}\"", "f\"voucher:{voucher.id}\""),
    ("the code is kept in the books", "shown=f\"…{code[-4:]}\"", "shown=code"),
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

LOTS = (
    ("bought tokens are spent first", "SELECT id, -amount FROM transfer AS moved WHERE destination", "SELECT id, 0 FROM transfer AS moved WHERE destination"),
    ("what was spent last counts, not what was most", "SELECT coalesce(max(level), 0)", "SELECT coalesce(min(level), 0)"),
    ("each purchase counts the same spending", "        spent -= taken\n", ""),
    ("a refunded purchase has something left", " if lot.state == \"credited\" else 0", ""),
    ("what was given back counts as spent", "'gift_refund', {_WITHIN}) AND {_UNDONE}\"", "'gift_refund', {_WITHIN})\""),
)  # fmt: skip

QUEUE = (
    ("a job's key may be another customer's", "if known.customer != new.customer:", "if False:"),
    ("a job is queued without its hold",
     "    hold(conn, hold_key(job.id), payer, price, now)\n", ""),
    ("half the price is held", "payer, price, now)", "payer, price // 2, now)"),
    ("a banned customer is served", "if now.banned_at is not None:", "if False:"),
    ("who owes is served", "    if now.debt:", "    if False:"),
    ("the queue has one place too many", "if now.queued >= queue_most:", "if now.queued > queue_most:"),
    ("one more waits than the door allows", ">= limit.most:", "> limit.most:"),
    ("ended jobs count as waiting", "WHERE scope = :scope AND ended_at IS NULL GROUP", "WHERE scope = :scope GROUP"),
    ("a customer runs one too many", "HAVING count(*) >= :per_customer", "HAVING count(*) > :per_customer"),
    ("a lane runs side by side", "AND earlier.ended_at IS NULL AND earlier.id < next.id", "AND 0"),
    ("an attempt has the number of the last", "attempt = attempt + 1,", "attempt = max(attempt, 1),"),
    ("a claim keeps no intent", "state = 'running', attempt = attempt + 1, boot = :boot",
     "state = 'running', attempt = attempt + 1, boot = coalesce(boot, :boot) || 'x'"),
    ("an answer of an older attempt is taken", "\"state = 'running' AND attempt = :attempt\"",
     "\"state = 'running'\""),
    ("a late answer counts as good", "\"late\" if not mine else \"ok\"", "\"ok\" if not mine else \"ok\""),
    ("a call is noted on every attempt", "WHERE job = :job AND attempt = :attempt AND state IN ('intent', 'unknown')",
     "WHERE job = :job AND state IN ('intent', 'unknown')"),
    ("a job may be cancelled by anybody", "WHERE id = :id AND customer = :customer\", id=job",
     "WHERE id = :id AND :customer > 0\", id=job"),
    ("a running job is cancelled like a queued one", "    if row.state == \"queued\":\n        _end",
     "    if row.state:\n        _end"),
    ("fresh jobs expire", "created_at < :before\"", "created_at >= :before\""),
    ("running jobs expire", "WHERE state = 'queued' AND created_at < :before",
     "WHERE ended_at IS NULL AND created_at < :before"),
    ("recovery takes what runs now", "WHERE state = 'running' AND boot <> :boot ORDER",
     "WHERE state = 'running' AND :boot <> '' ORDER"),
    ("recovery leaves the intent", "SET state = 'unknown', ended_at = :now", "SET state = 'intent', ended_at = :now"),
    ("a job is called again and again", "if job.attempt < ATTEMPTS and", "if job.attempt <= ATTEMPTS and"),
    ("a job is never called again", "if job.attempt < ATTEMPTS and budget >= 0:", "if False:"),
    ("the house pays without a limit", " and budget >= 0:", ":"),
    ("the house forgets what it has spent", "// 50) - spent.amount)", "// 50))"),
    ("the house's day never ends", "AND ended_at > :since\"", "AND :since > 0\""),
    ("the house may spend ten times as much", "sold.amount // 50", "sold.amount // 5"),
    ("deliveries of this run are sent again", "WHERE state = 'sending' AND boot <> :boot",
     "WHERE state = 'sending' AND :boot <> ''"),
    ("a delivery that was cut off is forgotten", "WHERE state = 'sending' AND boot <> :boot",
     "WHERE state = 'sending' AND boot = :boot AND 0"),
    ("every job pays its full price", "capture(conn, hold_key(job), outcome.charged, now)",
     "capture(conn, hold_key(job), conn.only('SELECT price FROM job WHERE id = :i', i=job).price, now)"),
    ("an expired job keeps its hold", "    else:\n        void(conn, hold_key(job))",
     "    elif outcome.state != \"expired\":\n        void(conn, hold_key(job))"),
    ("a failed job keeps its hold", "    else:\n        void(conn, hold_key(job))",
     "    elif outcome.state != \"failed\":\n        void(conn, hold_key(job))"),
    ("a job without an answer is not delivered", "    if row.delivers:", "    if row.delivers and outcome.answer:"),
    ("the hold of another job", "return f\"job:{job}\"", "return f\"job:{job // 2}\""),
)  # fmt: skip

JOBS = (
    ("more may be charged than was agreed", "charged = min(job.price, self.prices.of_answer(request, answer, job.tariff))",
     "charged = self.prices.of_answer(request, answer, job.tariff)"),
    ("the price is charged, not the answer's worth", "self.prices.of_answer(request, answer, job.tariff))",
     "self.prices.of(request))"),
    ("an answer without anything is charged", "if not answer.files and (not answer.text or", "if False and (not answer.text or"),
    ("a job that can't be settled keeps its hold", "            await self._end(job, INTERNAL)\n", "            pass\n"),
    ("a full disk ends a job", "            except StorageError as error:", "            except ZeroDivisionError as error:"),
    ("a stop with nothing to show is charged", "if not isinstance(request, TextRequest) or not running.text:",
     "if not isinstance(request, TextRequest):"),
    ("nothing is recovered at start", "        await self._storage.write(queue.recover, self.boot, now())\n", ""),
    ("a job in time out has failed for ever, with an answer", "return Outcome(\"expired\", error",
     "return Outcome(\"answered\", running.job.price, Answer(\"\"), error"),
)  # fmt: skip

PRICES = (
    ("pictures that did not come are charged", "isinstance(request, ImageRequest) and came < request.count", "False"),
    ("a text that was not spoken is charged as spoken", "request.speak and not came:", "False:"),
    ("letters are counted, not bytes", "return len(text.encode())", "return len(text)"),
    ("the language is always found out for nothing", "automatic=request.language is None", "automatic=False"),
)  # fmt: skip

TARIFF = (
    ("a mode is added to the price", "price = max(price, self.text_with_mode)", "price += self.text_with_mode"),
    ("a step begins one later", "if size >= step.size)", "if size > step.size)"),
    ("speaking a text is free", "(self.voice_price(size, automatic=True) if spoken else 0)", "0"),
    ("finding the language out is free", "(self.automatic_language if automatic else 0)", "0"),
    ("a price is rounded in silence", "if amount != int(amount):", "if False:"),
    ("a negative price is a price", "or not 0 <= tokens < 1e9:", "or not -9 <= tokens < 1e9:"),
    ("a step may be free", "if any(step.price == 0 for step in steps):", "if False:"),
)  # fmt: skip

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

CODES = (
    ("a revoked code still spends", "WHERE digest = :digest AND revoked_at IS NULL", "WHERE digest = :digest"),
    ("codes are stored under no pepper", "hmac.digest(pepper, code", "hmac.digest(b\"-\", code"),
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

_JOBS = ("jobs", "jobs_stopped", "jobs_waiting", "jobs_interrupted")
_FILES = (
    ("billing/ledger.py", LEDGER, ("ledger", "queue", "stars")),
    ("billing/__init__.py", MONEY, ("ledger",)),
    ("billing/payments/orders.py", ORDERS, ("stars", "refunds", "reconciliation", "audit")),
    ("billing/payments/stars.py", STARS, ("stars", "refunds", "reconciliation", "audit")),
    ("billing/payments/refunds.py", REFUNDS, ("refunds", "lots", "reconciliation", "stars")),
    ("billing/debt.py", DEBT, ("refunds",)),
    ("billing/payments/reconciliation.py", RECONCILIATION, ("reconciliation",)),
    ("billing/payments/receipts.py", RECEIPTS, ("receipts",)),
    ("billing/budgets.py", BUDGETS, ("budgets",)),
    ("billing/set_aside.py", SET_ASIDE, ("budgets",)),
    ("billing/payments/vouchers.py", VOUCHERS, ("vouchers",)),
    ("billing/free/gifts.py", GIFTS, ("free_tokens",)),
    ("billing/free/refills.py", FREE, ("free_tokens",)),
    ("billing/free/invites.py", INVITES, ("free_tokens",)),
    ("billing/lots.py", LOTS, ("lots",)),
    ("bot/queue.py", QUEUE, ("queue", *_JOBS, "refunds", "audit")),
    ("bot/jobs.py", JOBS, _JOBS),
    ("bot/prices.py", PRICES, ("tariff", "jobs")),
    ("billing/tariff.py", TARIFF, ("tariff",)),
    ("bot/writer.py", WRITER, ("storage",)),
    ("bot/storage.py", STORAGE, ("storage",)),
    ("bot/migrations/0001_books.sql", SCHEMA, ("ledger",)),
    ("billing/audit.py", AUDIT, ("audit",)),
    ("billing/codes.py", CODES, ("codes",)),
    ("bot/operator.py", OPERATOR, ("operator",)),
    ("bot/customers.py", CUSTOMERS, ("operator",)),
)


def _all() -> Iterator[Mutant]:
    for file, mutants, tests in _FILES:
        for name, old, new in mutants:
            yield Mutant(name, file, old, new, tests)


MUTANTS = tuple(_all())
