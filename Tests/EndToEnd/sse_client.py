"""A client of a post: the stream (Server-Sent Events) and the pages, with the bytes as sent."""

import http.client
import json
import socket
import threading

from support import get


class Event:
    """One event: its cursor and the bytes of its CloudEvent."""

    def __init__(self, cursor, raw):
        self.cursor = cursor
        self.raw = raw
        self.value = json.loads(raw)

    @property
    def epoch(self):
        return self.cursor.split(".")[0]

    @property
    def sequence(self):
        return int(self.value["sequence"])

    @property
    def key(self):
        """What must not change for ever: the id and the bytes of `data`."""
        return self.value["id"], data_bytes(self.raw)


def data_bytes(raw):
    """The bytes of the member `data`; the post writes it first."""
    head = b'{"data":'
    assert raw.startswith(head), raw[:80]
    return raw[len(head):raw.index(b',"datacontenttype":')]


class StreamClient(threading.Thread):
    """Reads /v1/stream on a thread of its own until it is closed or the post ends."""

    def __init__(self, port, last_event_id=None):
        super().__init__(daemon=True)
        self.events = []
        self.checkpoints = []
        self.fault = None
        self.changed = threading.Condition()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self.connection.request("GET", "/v1/stream", headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.start()

    def run(self):
        cursor, kind = None, b""
        try:
            while line := self.answer.readline():
                line = line.rstrip(b"\r\n")
                if line.startswith(b"id: "):
                    cursor = line[4:].decode()
                elif line.startswith(b"event: "):
                    kind = line[7:]
                elif line.startswith(b"data: ") and kind == b"checkpoint":
                    self.checkpoints.append(json.loads(line[6:])["checkpoint"])
                elif line.startswith(b"data: "):
                    with self.changed:
                        self.events.append(Event(cursor, line[6:]))
                        self.changed.notify_all()
        except (OSError, http.client.HTTPException, AttributeError, ValueError) as fault:
            self.fault = fault

    def wait_for(self, count, seconds):
        """Whether so many events have come within the time."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.events) >= count, seconds)

    def close(self):
        """Ends the connection from this side."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.join(5)


def is_contiguous(events):
    """Whether the sequences follow each other without a gap or a duplicate."""
    numbers = [event.sequence for event in events]
    return bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def all_pages(port, after):
    """The bytes of all pages after a cursor, and the events in them."""
    raw, events = b"", []
    while True:
        status, body = get(port, f"/v1/events?after={after}&limit=7")
        assert status == 200, body
        page = json.loads(body)
        raw += body + b"\n"
        events += page["events"]
        after = page["next"]
        if page["caught_up"]:
            return raw, events
