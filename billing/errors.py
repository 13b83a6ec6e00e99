"""What the books refuse. A door has one table from these to its words."""


class Refusal(Exception):
    """A request that can't be taken. It cost nothing."""


class NotEnoughTokens(Refusal):
    """`price` and `available` in millitokens."""

    def __init__(self, price: int, available: int) -> None:
        super().__init__(f"this costs {price}, {available} are available (millitokens)")
        self.price = price
        self.available = available


class PaymentRefused(Refusal):
    """A payment that must not go through; `word` names the sentence that the payer is told."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class InDebt(Refusal):
    """Nothing is done for who owes `amount` millitokens."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} are owed (millitokens)")
        self.amount = amount


class BudgetSpent(Refusal):
    """More than an API code may spend, in a day or in all; `price` and what is `left` in millitokens."""

    def __init__(self, price: int, left: int, *, daily: bool) -> None:
        super().__init__(f"this costs {price}, {left} are left of the code's budget (millitokens)")
        self.price = price
        self.left = max(left, 0)
        self.daily = daily


class CodeUnusable(Refusal):
    """The API code was revoked, paused or has expired since it was looked at."""


class KeyReused(AssertionError):
    """The same key came with other content: a bug of ours or a forgery, never a customer's mistake."""


class HoldEnded(AssertionError):
    """The hold was captured or voided before, and not like this."""
