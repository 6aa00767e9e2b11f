"""The far ends of the bench's devices: what moves before the sensors, and what breaks them."""

import glob
import math
import os
import pathlib
import subprocess
import termios
import threading
import time
import tty

from pymavlink.dialects.v20 import common

LIVE = pathlib.Path("/sys/kernel/config/gpio-sim/post/live")
VIVID = pathlib.Path("/sys/bus/platform/drivers/vivid")
PORT = pathlib.Path("/sys/kernel/config/usb_gadget/drone/UDC")
LATITUDE, LONGITUDE = 47.6521, 9.1713
METRES_A_DEGREE = 111_194.9


def line(number):
    """The file that pulls a GPIO line; its path changes when the chip is plugged in again."""
    return os.open(
        glob.glob(f"/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio{number}/pull")[0],
        os.O_WRONLY)


def set_line(number, is_high):
    """Pulls a line up or down."""
    file = line(number)
    os.pwrite(file, b"pull-up" if is_high else b"pull-down", 0)
    os.close(file)


def pulse(number, seconds=0.3):
    """One motion: the line high for a while."""
    set_line(number, True)
    time.sleep(seconds)
    set_line(number, False)


def chatter(number, count, rate):
    """So many edges at a rate; the seconds it took."""
    file = line(number)
    began = time.monotonic()
    for place in range(count):
        os.pwrite(file, b"pull-down" if place % 2 else b"pull-up", 0)
        if rate and (wait := began + (place + 1) / rate - time.monotonic()) > 0:
            time.sleep(wait)
    os.close(file)
    return time.monotonic() - began


def control(name, value=1):
    """Sets a control of vivid."""
    subprocess.run(["v4l2-ctl", "-d", "/dev/video0", "-c", f"{name}={value}"],
                   capture_output=True, check=False)


class Pictures:
    """Writes pictures into the loopback camera until it is stopped."""

    def __init__(self, size="640x360", source=None, rate=10):
        given = source or ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}"]
        self.process = subprocess.Popen(
            ["ffmpeg", "-loglevel", "error", "-nostdin", "-re", *given, "-pix_fmt", "gray",
             "-f", "v4l2", "/dev/video10"], stdin=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Walkers(threading.Thread):
    """What the loopback camera of site.yaml sees: grass, and upright figures of 1.8 m at the places
    in `people`, metres east and north; None for nobody there."""

    WIDTH, HEIGHT, RATE = 640, 360, 10
    FOCAL = WIDTH / 2 / math.tan(math.radians(30))
    EAST, NORTH, UP, TILT = 10.0, -30.0, 6.0, math.radians(-12)

    def __init__(self):
        super().__init__(daemon=True)
        import numpy
        self.people = [None]
        chance = numpy.random.default_rng(1)
        rough = chance.integers(90, 150, (self.HEIGHT // 4, self.WIDTH // 4), dtype=numpy.uint8)
        self.ground = numpy.kron(rough, numpy.ones((4, 4), numpy.uint8))
        self.noise = [chance.integers(0, 3, self.ground.shape, dtype=numpy.uint8) for _ in range(7)]
        self.writer = subprocess.Popen(
            ["ffmpeg", "-loglevel", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "gray",
             "-video_size", f"{self.WIDTH}x{self.HEIGHT}", "-framerate", str(self.RATE), "-i", "-",
             "-f", "v4l2", "/dev/video10"], stdin=subprocess.PIPE)
        self.start()

    def pixel(self, east, north, up):
        """Column and row of a point, of a pinhole camera that looks north and down."""
        across, along, above = east - self.EAST, north - self.NORTH, up - self.UP
        depth = along * math.cos(self.TILT) + above * math.sin(self.TILT)
        height = above * math.cos(self.TILT) - along * math.sin(self.TILT)
        return (self.WIDTH / 2 + self.FOCAL * across / depth,
                self.HEIGHT / 2 - self.FOCAL * height / depth)

    def picture(self, number):
        shown = self.ground + self.noise[number % len(self.noise)]
        for east, north in filter(None, self.people):
            left, bottom = self.pixel(east - 0.3, north, 0)
            right, top = self.pixel(east + 0.3, north, 1.8)
            shown[max(0, round(top)):max(0, round(bottom)),
                  max(0, round(left)):max(0, round(right))] = 30
        return shown.tobytes()

    def run(self):
        began, number = time.monotonic(), 0
        while True:
            self.writer.stdin.write(self.picture(number))
            self.writer.stdin.flush()
            number += 1
            time.sleep(max(0, began + number / self.RATE - time.monotonic()))


class Radio(threading.Thread):
    """The drone's end of the serial line: a drone and a patrol tell where they are, 4 a second."""

    def __init__(self, patrol=(5.0, -20.0)):
        super().__init__(daemon=True)
        self.is_silent = False
        self.is_over = False
        self.garbage = None
        self.frames = 0
        self.bytes = 0
        self.patrol = patrol  # metres east and north
        self.patrol_velocity = (0.0, 0.0)  # metres a second east and north
        self.file = None
        self.coders = [common.MAVLink(None, srcSystem=system, srcComponent=1)
                       for system in (1, 51)]
        self.start()

    def open(self):
        self.file = os.open("/dev/ttyGS0", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.file)
        speed = termios.tcgetattr(self.file)
        speed[4] = speed[5] = termios.B57600
        termios.tcsetattr(self.file, termios.TCSANOW, speed)

    def close(self):
        if self.file is not None:
            os.close(self.file)
            self.file = None

    def frames_now(self):
        millis = int(time.monotonic() * 1000) & 0xFFFFFFFF
        moving = ((15.0, -25.0), (0.0, 0.0)), (self.patrol, self.patrol_velocity)
        for coder, ((east, north), velocity) in zip(self.coders, moving):
            latitude = LATITUDE + north / METRES_A_DEGREE
            longitude = LONGITUDE + east / (METRES_A_DEGREE * 0.6737)
            yield coder.heartbeat_encode(2, 3, 0, 0, 4).pack(coder)
            coder.seq = (coder.seq + 1) % 256
            yield coder.global_position_int_encode(
                millis, round(latitude * 1e7), round(longitude * 1e7), 402_000, 10_000,
                round(velocity[1] * 100), round(velocity[0] * 100), 0, 0).pack(coder)
            coder.seq = (coder.seq + 1) % 256

    def write(self, data):
        try:
            if self.file is None:
                self.open()
            while data:
                data = data[os.write(self.file, data):]
            return True
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            self.close()
        return False

    def run(self):
        while not self.is_over:
            if self.garbage:
                if self.write(self.garbage(576)):
                    self.bytes += 576
                time.sleep(0.1)  # 5,760 bytes a second: all that 57,600 baud carry
                continue
            if not self.is_silent:
                for frame in self.frames_now():
                    self.frames += self.write(frame)
            time.sleep(0.25)

    def end(self):
        self.is_over = True
        self.join()
        self.close()


def plug_radio(is_in):
    """Plugs the USB serial adapter in or pulls it."""
    PORT.write_text(os.listdir("/sys/class/udc")[0] if is_in else "\n")
