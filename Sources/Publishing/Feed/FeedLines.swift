import Ledger
import NIOCore

/// Events that follow each other in a feed, as they are sent: encoded once for all who get them.
struct FeedLines: Sendable {
  /// An event's place in the bytes: it begins with the frame of a stream, holds the envelope from
  /// `envelope` to `end`, and ends with the empty line two bytes after that.
  struct Line: Sendable, Equatable {
    var sequence: UInt64
    var start: Int
    var envelope: Int
    var end: Int
  }

  /// Server-Sent Events, one behind the other.
  let bytes: ByteBuffer
  /// Where each stands.
  let lines: ArraySlice<Line>
  /// Everything from here…
  let first: UInt64
  /// … to here is given or was withheld.
  let through: UInt64

  /// The bytes of all of them.
  var frames: ByteBuffer {
    guard let first = lines.first, let last = lines.last else { return ByteBuffer() }
    return bytes.getSlice(at: first.start, length: last.end + 2 - first.start) ?? ByteBuffer()
  }

  private init(bytes: ByteBuffer, lines: ArraySlice<Line>, first: UInt64, through: UInt64) {
    (self.bytes, self.lines, self.first, self.through) = (bytes, lines, first, through)
  }

  /// Encodes what `batch` gives after event `after`.
  init(_ batch: FeedBatch, after: UInt64, epoch: UInt64, text: CloudEventText) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.events.reduce(0) { $0 + $1.event.data.count + 512 })
    var lines: [Line] = []
    lines.reserveCapacity(batch.events.count)
    for event in batch.events {
      let start = bytes.count
      bytes.append(contentsOf: "id: ".utf8)
      let cursor = EventCursor(epoch: epoch, sequence: event.event.sequence)
      bytes.append(contentsOf: cursor.description.utf8)
      bytes.append(contentsOf: "\nevent: ".utf8)
      bytes.append(contentsOf: event.event.type.utf8)
      bytes.append(contentsOf: "\ndata: ".utf8)
      let envelope = bytes.count
      text.append(event, to: &bytes)
      lines.append(
        Line(
          sequence: event.event.sequence, start: start, envelope: envelope, end: bytes.count))
      bytes.append(contentsOf: "\n\n".utf8)
    }
    self.init(
      bytes: ByteBuffer(bytes: bytes), lines: lines[...], first: after + 1,
      through: batch.through)
  }

  /// What of it comes after event `sequence`: at most `limit` events and, but for the first, not more
  /// than `bytesMax`.
  func after(_ sequence: UInt64, limit: Int, bytesMax: Int) -> FeedLines {
    var (low, high) = (lines.startIndex, lines.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if lines[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
    }
    let rest = lines[low...]
    var kept = rest.prefix(limit)
    if let begin = kept.first?.start, kept.last!.end - begin > bytesMax {
      kept = kept.prefix { $0.end - begin <= bytesMax || $0.start == begin }
    }
    return FeedLines(
      bytes: bytes, lines: kept, first: sequence + 1,
      through: kept.count == rest.count ? through : kept.last!.sequence)
  }
}

/// A step of a feed as it is sent.
struct FeedStep: Sendable {
  /// What the client gets, in order.
  var parts: [FeedLines]
  /// The client's place after it: everything up to here was given or withheld.
  var through: UInt64
  /// Retention has removed what comes next.
  var isOvertaken = false
  /// What comes next is held back for so long.
  var hold: Duration?

  /// Whether there is nothing more for the client now, of events up to `durable`. What is held back is not there
  /// yet for it: that there is something, and when it comes, would tell when it happened.
  func isAll(upTo durable: UInt64) -> Bool { through >= durable || hold != nil }

  /// How many events there are.
  var count: Int { parts.reduce(0) { $0 + $1.lines.count } }
}
