"""Payments in money, through a provider of Telegram Payments."""

import pytest

from billing import Connection
from billing.debt import open_debt
from billing.errors import PaymentRefused
from billing.ledger import GRANT, account_of, balance, transfer
from billing.payments.orders import Pack, Paid
from billing.payments.provider import credit, open_invoice
from tests.core.books import ADA, NOW, SECRET, person, tokens

PACK = Pack("100", tokens(100), 50, prices={"USD": 199})
PAID = Paid("charge", "USD", 199, "of the provider")


def test_what_the_provider_took_is_credited_once_and_repays_a_debt(conn: Connection) -> None:
    ada = person(conn, ADA)
    transfer(conn, "owe", "grant", open_debt(conn, ada), GRANT, tokens(30), NOW)
    payload = open_invoice(conn, SECRET, ada, PACK, "USD", NOW)

    first = credit(conn, SECRET, payload, ada, PAID, NOW)
    again = credit(conn, SECRET, payload, ada, PAID, NOW + 1)

    assert (first.amount, first.fresh, again.fresh) == (tokens(100), True, False)
    assert balance(conn, account_of(ada)).posted == tokens(70)
    assert balance(conn, f"debt:{ada}").posted == 0


def test_another_currency_than_the_orders_is_not_credited(conn: Connection) -> None:
    ada = person(conn, ADA)
    payload = open_invoice(conn, SECRET, ada, PACK, "USD", NOW)

    with pytest.raises(PaymentRefused):
        credit(conn, SECRET, payload, ada, PAID._replace(currency="EUR"), NOW)
    assert balance(conn, account_of(ada)).posted == 0
