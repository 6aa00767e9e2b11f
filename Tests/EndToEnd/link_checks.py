"""A telemetry link of the daemon: a pseudo-terminal that plays a drone and a receiver of Remote ID,
and a ground station on loopback."""

import json
import math
import os
import pty
import re
import select
import socket
import time
import tty

from sse_client import all_pages
from support import WORK, check, free_port, get, main, start, wait_for_health, write_site

ORIGIN = (47.6521, 9.1713)
# The drone's clock is so far behind ours.
BEHIND_NANOS = 1_000 * 10**9
SECONDS = 14


def site_text(device, port):
    """What the example site's link becomes, and a receiver beside its patrols."""
    link = '  - {name: telemetry, device: "serial:A50285BI", baud: 57600, silence: 3 s}\n'
    other = (f'  - {{name: telemetry, device: "{device}", baud: 57600, time_sync: true, '
             f"forward: {{host: 127.0.0.1, port: {port}}}}}\n")
    receiver = ("receivers:\n  - {name: ear, profile: receiver/mavlink-remote-id, link: telemetry, "
                "system_id: 9, purpose: test, legal_basis: test}\n\nstorage:\n")
    return [(link, other), ("storage:\n", receiver)]


class Air:
    """What the pseudo-terminal says: a drone of ours that hovers, and a stranger that flies south over
    the border at 20 m/s."""

    def __init__(self, mavlink):
        self.drone = mavlink.MAVLink(None, srcSystem=1, srcComponent=1)
        self.ear = mavlink.MAVLink(None, srcSystem=9, srcComponent=1)
        self.began = time.monotonic()

    @staticmethod
    def degrees(east, north):
        """WGS84 in 1e-7 degrees; good to a per mille here."""
        latitude = ORIGIN[0] + north / 111_200
        longitude = ORIGIN[1] + east / (111_320 * math.cos(math.radians(ORIGIN[0])))
        return round(latitude * 1e7), round(longitude * 1e7)

    def say(self, step):
        """The bytes of one tenth of a second."""
        millis = (time.monotonic_ns() - BEHIND_NANOS) // 10**6 % 2**32
        latitude, longitude = self.degrees(-20, -30)
        messages = [(self.drone, self.drone.global_position_int_encode(
            millis, latitude, longitude, 450_000, 50_000, 0, 0, 0, 9_000))]
        if step % 5 == 0:
            address = [2, 0, 0, 0, 0, 7] + [0] * 14
            north = 130 - 20 * (time.monotonic() - self.began)
            latitude, longitude = self.degrees(10, north)
            messages += [
                (self.ear, self.ear.open_drone_id_basic_id_encode(
                    0, 0, address, 1, 2, list(b"STRANGER-7".ljust(20, b"\0")))),
                (self.ear, self.ear.open_drone_id_location_encode(
                    0, 0, address, 2, 18_000, 2_000, 0, latitude, longitude, -1000, 480, 0, -1000,
                    11, 0, 0, 0, 65_535, 0))]
        return b"".join(message.pack(sender) for sender, message in messages)


def fly(mavlink, master, station):
    """Lets the link talk; what was written to it, what the daemon wrote, what the station got."""
    air = Air(mavlink)
    parser = mavlink.MAVLink(None)
    written, sent, heard, datagrams = b"", b"", [], b""
    command = air.drone.command_long_encode(1, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0).pack(air.drone)
    for step in range(SECONDS * 10):
        until = air.began + step / 10
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([master, station], [], [], left)
            if station in ready:
                data, sender = station.recvfrom(65_536)
                datagrams += data
                station.sendto(command, sender)
            if master in ready:
                data = os.read(master, 4096)
                sent += data
                for message in parser.parse_buffer(data) or []:
                    heard.append(message)
                    if message.get_type() == "TIMESYNC" and message.tc1 == 0:
                        now = time.monotonic_ns() - BEHIND_NANOS
                        answer = air.drone.timesync_encode(now, message.ts1).pack(air.drone)
                        os.write(master, answer)
                        written += answer
        said = air.say(step)
        os.write(master, said)
        written += said
    return written, sent, heard, datagrams


def gauge(text, name):
    """The value of the drone's gauge, or not a number."""
    found = re.search(rf'^{name}{{vehicle="copter-1"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else math.nan


def link():
    try:
        from pymavlink.dialects.v20 import common as mavlink
    except ImportError:
        print("skipped: a telemetry link (python has no pymavlink)")
        return
    master, terminal = pty.openpty()
    tty.setraw(terminal)
    station = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    station.bind(("127.0.0.1", 0))
    port = free_port()
    site = write_site("site.yaml", port, "/var/lib/unused",
                      site_text(os.ttyname(terminal), station.getsockname()[1]))
    post = start("vedetted", "--config", site, "--state", WORK / "state")
    if not check("the daemon answers", wait_for_health(port), post.poll()):
        return
    written, sent, heard, datagrams = fly(mavlink, master, station)
    kinds = sorted({message.get_type() for message in heard})
    frames = sum(len(message.get_msgbuf()) for message in heard)
    check(f"all {len(sent)} bytes that the daemon sent are questions for the time",
          kinds == ["TIMESYNC"] and frames == len(sent)
          and all(message.tc1 == 0 for message in heard), kinds)
    check(f"it asked about once a second ({len(heard)} times in {SECONDS} s)",
          SECONDS - 4 <= len(heard) <= SECONDS + 1)
    check(f"the ground station got the link's bytes as they came ({len(datagrams)})",
          len(datagrams) > 0.9 * len(written) and datagrams in written)
    _, body = get(port, "/metrics")
    text = body.decode()
    offset = gauge(text, "vedette_vehicle_clock_offset_seconds")
    bound = gauge(text, "vedette_vehicle_clock_uncertainty_seconds")
    check(f"the drone's clock is known: {offset:.4f} s, within {bound * 1000:.1f} ms",
          0 < bound < 0.2 and abs(offset - BEHIND_NANOS / 1e9) <= bound)
    check("no answer was refused and no datagram dropped",
          'vedette_source_time_answers_refused_total{source="serial/telemetry"} 0' in text
          and 'vedette_source_forward_dropped_datagrams_total{source="serial/telemetry"} 0' in text)
    _, page = get(port, "/v1/events?limit=1")
    epoch = json.loads(page)["next"].split(".")[0]
    _, events = all_pages(port, f"{epoch}.0")
    crossings = [event["data"]["properties"] for event in events
                 if event["type"] == "org.vedette.air-crossing.v1"]
    check("the stranger's flight over the border is one crossing in the air",
          len(crossings) == 1 and crossings[0]["class"] == "drone"
          and crossings[0]["direction"] == "in" and not crossings[0]["friendly"]
          and [sensor["name"] for sensor in crossings[0]["sensors"]] == ["ear"], crossings)
    os.close(master)
    os.close(terminal)


main(link)
