"""The one inbox: every event passes through the table here, and its commands are done.

Everything happens on the event loop, one event at a time, in the order of arrival.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from callpoint.station.events import Command, Event, TimeCame
from callpoint.station.table import Rules, State, begin, deadline, step


class Station:
    """Holds the state. What is posted while commands are performed waits its turn."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._perform: Callable[[Command], None] = lambda command: None
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self.state = State()

    def start(self, perform: Callable[[Command], None]) -> None:
        """Show the first indication; `perform` is given each command from now on."""
        self._perform = perform
        self.state, commands = begin(self._rules)
        self._perform_all(commands)

    def post(self, event: Event) -> None:
        """Something happened; on the event loop's thread."""
        self._inbox.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inbox:
                self.state, commands = step(
                    self._rules, self.state, self._inbox.popleft()
                )
                self._perform_all(commands)
        finally:
            self._busy = False
        self._set_timer()

    def change_rules(self, rules: Rules) -> None:
        """Other limits from now on, also for what is under way."""
        self._rules = rules
        self._set_timer()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _perform_all(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            self._perform(command)

    def _set_timer(self) -> None:
        self.close()
        due_s = deadline(self._rules, self.state)
        if due_s is not None:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._time_came)

    def _time_came(self) -> None:
        self.post(TimeCame(time.monotonic()))
