// What must stand at the beginning of a file before anything else is believed of it.

extension MCAPReader {
  /// Checks the magic and leaves the header record's opcode and length in `head`.
  static func readStart(
    _ file: borrowing InputFile, _ head: inout ByteBuffer, _ crc: inout CRC32
  ) throws(CaptureError) {
    let magic = MCAPFormat.magic
    guard file.size >= magic.count else {
      throw CaptureError(
        .notACapture, operation: "read", subject: file.path,
        reason: "\(file.size) bytes are too few for an MCAP file")
    }
    try file.read(at: 0, count: magic.count, into: &head)
    guard head.holds(magic) else {
      throw CaptureError(
        .notACapture, operation: "read", subject: file.path, offset: 0,
        reason: "an MCAP file begins with 0x89 MCAP0; this one does not")
    }
    crc.update(head)
    guard file.size >= magic.count + MCAPFormat.recordHeadBytes else {
      throw withoutHeader(file.path)
    }
    try file.read(at: magic.count, count: MCAPFormat.recordHeadBytes, into: &head)
    crc.update(head)
    let opcode = head.withBytes { bytes in
      var cursor = ByteCursor(0..<bytes.byteCount)
      return cursor.integer(UInt8.self, bytes)
    }
    guard opcode == MCAPFormat.Opcode.header else { throw withoutHeader(file.path) }
  }

  static func withoutHeader(_ path: String) -> CaptureError {
    CaptureError(
      .notACapture, operation: "read", subject: path, offset: MCAPFormat.magic.count,
      reason: "the file's first record, the header, is missing or cut off; nothing can be read")
  }
}
