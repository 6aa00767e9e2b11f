#!/usr/bin/env python3
"""Lists the messages of an MCAP file with the public `mcap` package, in the order of the file.

One line each: topic, encoding, sequence, log time, publish time, payload's length and CRC-32.
"""

import sys
import zlib

from mcap.records import Channel, Message
from mcap.stream_reader import StreamReader

channels = {}
for record in StreamReader(open(sys.argv[1], "rb"), validate_crcs=True).records:
    if isinstance(record, Channel):
        channels[record.id] = record
    elif isinstance(record, Message):
        channel = channels[record.channel_id]
        print(channel.topic, channel.message_encoding, record.sequence, record.log_time,
              record.publish_time, len(record.data), zlib.crc32(record.data))
