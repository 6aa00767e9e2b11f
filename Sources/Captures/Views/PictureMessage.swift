import Model

/// A frame as the well-known message of its kind: `foxglove.CompressedImage` for JPEG,
/// `foxglove.RawImage` for all else, both in Protocol Buffers.
///
/// The picture's bytes are the message's last field, so that they are written from where they lie
/// and lent from where they lie. Field numbers: foxglove-sdk, schemas/proto/foxglove.
enum PictureMessage {
  static let rawName = "foxglove.RawImage"
  static let compressedName = "foxglove.CompressedImage"
  static let encoding = "protobuf"

  /// Appends everything of the message but the picture's bytes, which must follow.
  static func appendHead(
    of frame: FrameHeader, wall: WallTime, sensor: String, payloadBytes: Int,
    to buffer: inout ByteBuffer
  ) {
    buffer.append(field: 1, message: timestamp(wall))
    if frame.format == .mjpeg {
      buffer.append(field: 3, text: "jpeg")
      buffer.append(field: 4, text: sensor)
    } else {
      buffer.append(field: 7, text: sensor)
      buffer.append(field: 2, fixed: UInt32(clamping: frame.width))
      buffer.append(field: 3, fixed: UInt32(clamping: frame.height))
      // NV12 begins with its luma plane, which is all that viewers need to show it.
      buffer.append(field: 4, text: frame.format == .yuyv ? "yuyv" : "mono8")
      buffer.append(field: 5, fixed: UInt32(clamping: frame.stride))
    }
    buffer.append(field: dataField(frame.format), wire: ProtobufWire.bytes)
    buffer.append(varint: UInt64(payloadBytes))
  }

  /// Where the picture's bytes lie in a message; nothing when it has none.
  static func payload(of format: PixelFormat, in bytes: RawSpan) -> Range<Int>? {
    var fields = ProtobufFields(0..<bytes.byteCount)
    while let (field, place) = fields.nextBytes(bytes) {
      if field == dataField(format) { return place }
    }
    return nil
  }

  /// Bytes in which the picture's length stands before it.
  static func lengthBytes(of count: Int) -> Int {
    var (bytes, left) = (1, count >> 7)
    while left > 0 { (bytes, left) = (bytes + 1, left >> 7) }
    return bytes
  }

  /// The schema for frames of a format: a serialized `FileDescriptorSet`.
  static func descriptor(of format: PixelFormat) -> [UInt8] {
    var set = ByteBuffer(capacity: 1_024)
    set.append(field: 1, message: timestampFile())
    set.append(field: 1, message: format == .mjpeg ? compressedFile() : rawFile())
    return set.withBytes { $0.array }
  }

  private static func dataField(_ format: PixelFormat) -> Int { format == .mjpeg ? 2 : 6 }

  private static func timestamp(_ wall: WallTime) -> ByteBuffer {
    let (seconds, nanos) = wall.secondsAndNanos
    var buffer = ByteBuffer()
    buffer.append(field: 1, integer: UInt64(bitPattern: seconds))
    buffer.append(field: 2, integer: UInt64(nanos))
    return buffer
  }

  // MARK: - Descriptors
  // Source: google/protobuf/descriptor.proto.

  private enum Kind {
    static let int64: UInt64 = 3
    static let int32: UInt64 = 5
    static let fixed32: UInt64 = 7
    static let text: UInt64 = 9
    static let message: UInt64 = 11
    static let bytes: UInt64 = 12
  }

  private static let timestampName = "google/protobuf/timestamp.proto"

  private static func timestampFile() -> ByteBuffer {
    file(
      timestampName, package: "google.protobuf", imports: [],
      message: message(
        "Timestamp", [("seconds", 1, Kind.int64), ("nanos", 2, Kind.int32)]))
  }

  private static func rawFile() -> ByteBuffer {
    file(
      "foxglove/RawImage.proto", package: "foxglove", imports: [timestampName],
      message: message(
        "RawImage",
        [
          ("timestamp", 1, Kind.message), ("frame_id", 7, Kind.text), ("width", 2, Kind.fixed32),
          ("height", 3, Kind.fixed32), ("encoding", 4, Kind.text), ("step", 5, Kind.fixed32),
          ("data", 6, Kind.bytes),
        ]))
  }

  private static func compressedFile() -> ByteBuffer {
    file(
      "foxglove/CompressedImage.proto", package: "foxglove", imports: [timestampName],
      message: message(
        "CompressedImage",
        [
          ("timestamp", 1, Kind.message), ("frame_id", 4, Kind.text), ("data", 2, Kind.bytes),
          ("format", 3, Kind.text),
        ]))
  }

  private static func file(
    _ name: String, package: String, imports: [String], message: borrowing ByteBuffer
  ) -> ByteBuffer {
    var file = ByteBuffer(capacity: 512)
    file.append(field: 1, text: name)
    file.append(field: 2, text: package)
    for needed in imports { file.append(field: 3, text: needed) }
    file.append(field: 4, message: message)
    file.append(field: 12, text: "proto3")
    return file
  }

  private static func message(
    _ name: String, _ fields: [(name: String, number: UInt64, kind: UInt64)]
  ) -> ByteBuffer {
    var message = ByteBuffer(capacity: 512)
    message.append(field: 1, text: name)
    for field in fields {
      var entry = ByteBuffer()
      entry.append(field: 1, text: field.name)
      entry.append(field: 3, integer: field.number)
      entry.append(field: 4, integer: 1)  // optional
      entry.append(field: 5, integer: field.kind)
      if field.kind == Kind.message { entry.append(field: 6, text: ".google.protobuf.Timestamp") }
      entry.append(field: 10, text: field.name)
      message.append(field: 2, message: entry)
    }
    return message
  }
}

extension WallTime {
  /// Whole seconds since 1970, rounded down, and the rest.
  var secondsAndNanos: (seconds: Int64, nanos: Int64) {
    let seconds = unixNanos.quotientRounded(by: 1_000_000_000)
    // The seconds rounded down may lie before the first nanosecond that can be told.
    return (seconds, unixNanos &- seconds &* 1_000_000_000)
  }
}

extension Int64 {
  /// The quotient rounded down.
  fileprivate func quotientRounded(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
