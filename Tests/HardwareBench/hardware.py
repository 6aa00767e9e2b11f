"""The far ends of the bench's devices: what moves before the sensors, and what breaks them."""

import glob
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


def pulse(number, seconds=0.3):
    """One motion: the line high for a while."""
    file = line(number)
    os.pwrite(file, b"pull-up", 0)
    time.sleep(seconds)
    os.pwrite(file, b"pull-down", 0)
    os.close(file)


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


class Radio(threading.Thread):
    """The drone's end of the serial line: a drone and a patrol tell where they are, 4 a second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.is_silent = False
        self.is_over = False
        self.garbage = None
        self.frames = 0
        self.bytes = 0
        self.patrol_north = -20.0
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
        for coder, north, east in zip(self.coders, (-25.0, self.patrol_north), (15.0, 5.0)):
            latitude = LATITUDE + north / METRES_A_DEGREE
            longitude = LONGITUDE + east / (METRES_A_DEGREE * 0.6737)
            yield coder.heartbeat_encode(2, 3, 0, 0, 4).pack(coder)
            coder.seq = (coder.seq + 1) % 256
            yield coder.global_position_int_encode(
                millis, round(latitude * 1e7), round(longitude * 1e7), 402_000, 10_000,
                100, 0, 0, 0).pack(coder)
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
