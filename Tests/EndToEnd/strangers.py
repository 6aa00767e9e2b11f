"""Live crossings for a daemon without devices: a telemetry link, a pseudo-terminal on which a receiver of
Remote ID tells of strangers in the air that fly to and fro over the border. And how long they took."""

import math
import os
import pty
import re
import threading
import time
import tty

ORIGIN = (47.6521, 9.1713)
SPEED = 20.0
REPORT_SECONDS = 0.5


class Strangers:
    """So many, each of which crosses every three seconds, or flies farther than 30 m from the border."""

    def __init__(self, count, reach=30.0):
        self.reach = reach
        from pymavlink.dialects.v20 import common
        self.count, self.sender = count, common.MAVLink(None, srcSystem=9, srcComponent=1)
        self.master, self.terminal = pty.openpty()
        tty.setraw(self.terminal)
        os.set_blocking(self.master, False)
        self.is_over = False
        self.thread = threading.Thread(target=self.fly, daemon=True)

    def site(self):
        """What is replaced in the example site, so that the post hears them."""
        device = os.ttyname(self.terminal)
        link = '  - {name: telemetry, device: "serial:A50285BI", baud: 57600, silence: 3 s}\n'
        receiver = ("receivers:\n  - {name: ear, profile: receiver/mavlink-remote-id, link: telemetry, "
                    "system_id: 9, purpose: test, legal_basis: test}\n\nstorage:\n")
        return [(link, f'  - {{name: telemetry, device: "{device}", baud: 57600}}\n'), ("storage:\n", receiver)]

    def start(self):
        self.thread.start()

    def stop(self):
        self.is_over = True
        self.thread.join()

    def fly(self):
        began, step = time.monotonic(), 0
        pause = REPORT_SECONDS / self.count
        while not self.is_over:
            time.sleep(max(0, began + step * pause - time.monotonic()))
            try:
                os.write(self.master, self.say(step % self.count, time.monotonic() - began))
            except BlockingIOError:  # a post that is not running reads nothing
                pass
            step += 1

    def say(self, number, seconds):
        """The bytes of one report of stranger `number`."""
        period = 4 * self.reach / SPEED
        phase = (seconds + number * period / self.count) % period
        is_south = phase < period / 2
        north = self.reach - SPEED * phase if is_south else SPEED * phase - 3 * self.reach
        latitude = ORIGIN[0] + north / 111_200
        longitude = ORIGIN[1] + (-60 + 100 * number / self.count) / (111_320 * math.cos(math.radians(ORIGIN[0])))
        address = [2, 0, 0, 0, 1, number] + [0] * 14
        name = f"STRANGER-{number}".encode().ljust(20, b"\0")
        messages = (
            self.sender.open_drone_id_basic_id_encode(0, 0, address, 1, 2, list(name)),
            self.sender.open_drone_id_location_encode(
                0, 0, address, 2, 18_000 if is_south else 0, round(SPEED * 100), 0, round(latitude * 1e7),
                round(longitude * 1e7), -1000, 480, 0, -1000, 11, 0, 0, 0, 65_535, 0))
        return b"".join(message.pack(self.sender) for message in messages)


def latency(text, name="vedette_edge_to_ledger_seconds"):
    """The classes of a histogram in a post's metrics: how many took at most so long."""
    return [(float(bound), int(count)) for bound, count in
            re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\d+)$', text, re.MULTILINE)]


def percentile(before, after, share):
    """Seconds within which `share` of what was counted between two readings lies, and how many that were."""
    counts = [(bound, count - (before[place][1] if before else 0)) for place, (bound, count) in enumerate(after)]
    total = counts[-1][1] if counts else 0
    low, below = 0.0, 0
    for bound, count in counts:
        if total and count >= share * total:
            inside = count - below
            # As if they were spread evenly over the class.
            return (low + (min(bound, 60) - low) * (share * total - below) / max(inside, 1), total)
        low, below = bound, count
    return math.nan, total
