import Glibc
import Ledger
import Model

/// A ledger of some records in memory (tmpfs), whose segment the fuzzer changes.
struct SegmentTemplate: Sendable {
  private static let options = LedgerOptions(segmentBytes: 16 << 10, groupBytesMax: 8 << 10)
  private let folder = "/dev/shm/vedette-fuzz-\(getpid())"
  private let manifest: [UInt8]
  private let segment: [UInt8]
  private let name = "00000000000000000001.vlog"

  init() {
    _ = unsafe mkdir(folder, 0o700)
    do throws(LedgerError) {
      var log = try EventLog(directory: folder, post: "p", options: Self.options)
      for _ in 0..<4 { try Self.append(to: &log) }
      try log.commit()
    } catch { preconditionFailure("no template: \(error)") }
    manifest = Self.bytes(of: folder + "/manifest")
    segment = Self.bytes(of: "\(folder)/\(name)")
  }

  private static func append(to log: inout EventLog) throws(LedgerError) {
    let header = EventHeader(
      kind: .postStatus, id: EventID(high: 1, low: log.nextSequence), version: 1,
      time: WallTime(unixNanos: 5), isExercise: false)
    try unsafe log.append(header, payload: Array(#"{"properties":{}}"#.utf8).span.bytes)
  }

  /// Three bytes of input put one byte into the segment; the checksums of what look like records are
  /// made right, when the first byte asks for it. A ledger that opens then can be read and written.
  func read(_ input: [UInt8]) {
    var changed = segment
    for at in stride(from: 1, to: input.count - 2, by: 3) {
      changed[(Int(input[at]) << 8 | Int(input[at + 1])) % 8_192] = input[at + 2]
    }
    if input[0] & 2 == 0 { Self.mend(&changed) }
    clear()
    Self.write(manifest, to: folder + "/manifest")
    Self.write(changed, to: "\(folder)/\(name)")
    do throws(LedgerError) { _ = try EventLogReader(directory: folder).newestSequence() } catch {}
    var durable: UInt64 = 0
    do throws(LedgerError) {
      var log = try EventLog(directory: folder, post: "p", options: Self.options)
      try Self.append(to: &log)
      durable = try log.commit()
    } catch { return }
    do throws(LedgerError) {
      let reader = try EventLogReader(directory: folder)
      let found = try reader.verify(durable: durable)
      precondition(found == durable, "records are missing")
    } catch { preconditionFailure("a ledger that was opened and written cannot be read: \(error)") }
  }

  /// Puts the right checksum on the header and on every record.
  private static func mend(_ bytes: inout [UInt8]) {
    func put(_ value: UInt32, at place: Int) {
      for index in 0..<4 {
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
      }
    }
    put(checksum(bytes[0..<60]), at: 60)
    var place = 64
    while place + 56 <= 8_192 {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      guard length >= 56, place + length <= bytes.count else { return }
      put(checksum(bytes[place..<place + 4] + bytes[place + 8..<place + length]), at: place + 4)
      place += (length + 7) & ~7
    }
  }

  /// CRC-32C, bit by bit.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0)
      }
    }
  }

  private func clear() {
    guard let stream = unsafe opendir(folder) else { return }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let found = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      _ = unsafe unlink("\(folder)/\(found)")
    }
  }

  private static func bytes(of path: String) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    precondition(file >= 0, "\(path) cannot be opened")
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe pread(file, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(count, 0)))
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0, "\(path) cannot be written")
    _ = unsafe pwrite(file, bytes, bytes.count, 0)
    close(file)
  }
}
