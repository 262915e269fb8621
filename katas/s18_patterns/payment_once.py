"""Make `charge` safe to ask for again and again: one successful charge per payment, however many threads ask.

A web shop repeats a payment when the network hiccups, so the same payment may arrive twice, even at the same
moment. Each payment carries a key of its own (an idempotency key) that stays the same when it is repeated.
"""

from collections.abc import Callable


class PaymentOnce:
    """Takes the money for each key once. For any number of threads."""

    def __init__(self, charge: Callable[[str, int], str]) -> None:
        """charge(key, cents) takes the money and returns a receipt, or raises. It does not ask whether that key
        has paid already. It may be slow, and it may call pay() for another key.
        """
        raise NotImplementedError  # TODO

    def pay(self, key: str, cents: int) -> str:
        """Return the receipt for key.

        - No receipt yet, and nobody is charging this key: call charge in this thread. If it returns, remember
          the receipt and return it. If it raises an Exception, remember nothing: the exception goes to this
          caller only.
        - Somebody is charging this key: wait. If they succeed, go on as with a known receipt. If they fail, one
          waiting caller tries next, with its own cents. So each caller calls charge at most once.
        - The receipt is known: return it without charging. ValueError if it was for other cents.

        ValueError if key is empty or cents < 1, and nothing is charged. Calls for different keys never wait for
        each other.
        """
        raise NotImplementedError  # TODO

    def receipts(self) -> dict[str, str]:
        """The receipts so far, by key. Never waits for a running charge. The dict is the caller's own."""
        raise NotImplementedError  # TODO
