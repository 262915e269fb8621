"""A lock, and naps of a few milliseconds until the goods are there or the time is up."""
import threading
import time
from contextlib import contextmanager
from multiprocessing.managers import BaseManager


class OutOfStock(Exception):
    def __init__(self, article):
        Exception.__init__(self, article)
        self.article = article


class StockRoom:
    def __init__(self, stock):
        self.lock = threading.Lock()
        self.free = {}
        for article in stock:
            self.free[article] = stock[article]
        self.tickets = {}
        self.next_ticket = 1

    def reserve(self, order, timeout=0.0):
        wanted = {}
        for article in order:
            wanted[article] = order[article]
        if len(wanted) == 0:
            raise ValueError("empty order")
        for article in wanted:
            if article not in self.free:
                raise KeyError(article)
        for article in wanted:
            if wanted[article] < 1:
                raise ValueError("less than one piece")
        deadline = time.monotonic() + timeout
        while True:
            missing = []
            with self.lock:
                for article in wanted:
                    if self.free[article] < wanted[article]:
                        missing.append(article)
                if len(missing) == 0:
                    for article in wanted:
                        self.free[article] = self.free[article] - wanted[article]
                    ticket = self.next_ticket
                    self.next_ticket = self.next_ticket + 1
                    self.tickets[ticket] = wanted
                    return ticket
            if time.monotonic() >= deadline:
                missing.sort()
                raise OutOfStock(missing[0])
            time.sleep(min(0.02, max(0.0, deadline - time.monotonic())))

    def cancel(self, ticket):
        with self.lock:
            if ticket not in self.tickets:
                raise KeyError(ticket)
            order = self.tickets.pop(ticket)
            for article in order:
                self.free[article] = self.free[article] + order[article]

    def ship(self, ticket):
        with self.lock:
            if ticket not in self.tickets:
                raise KeyError(ticket)
            del self.tickets[ticket]

    def stock(self):
        with self.lock:
            result = {}
            for article in self.free:
                result[article] = self.free[article]
            return result


class MyManager(BaseManager):
    pass


MyManager.register("StockRoom", StockRoom, exposed=["reserve", "cancel", "ship", "stock"])


@contextmanager
def stock_server(stock):
    manager = MyManager()
    manager.start()
    try:
        room = manager.StockRoom(stock)
        yield room
    finally:
        manager.shutdown()
