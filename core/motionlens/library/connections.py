"""SQLite connections that are closed from one thread while others use them."""

from __future__ import annotations

import sqlite3
import threading


class Connection:
    """A thread's connection. Closing one while another thread steps through it would crash SQLite."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.lock = threading.RLock()
        self.uses = 0

    def close_if_idle(self) -> None:
        if self.lock.acquire(blocking=False):
            try:
                if not self.uses:  # a read inside a write, in one thread, must not end the write
                    self.database.close()
            finally:
                self.lock.release()
