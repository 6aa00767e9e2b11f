import CBenchThread
import Glibc

/// The least that a program can do to make records durable in groups: each is copied behind the last,
/// a group is one write into a file of zeros and one fdatasync. What the ledger's latency is measured
/// against, record by record, since the storage's own stalls are in it too.
final class BareLog {
  private static let bytes = 256 << 20

  private let file: CInt
  private let group = UnsafeMutableRawPointer.allocate(byteCount: 64 << 20, alignment: 4096)
  private var groupBytes = 0
  private var offset = 0
  /// What each fdatasync took since ``begin()``, nanoseconds.
  private(set) var syncs: [UInt64] = []

  /// A new file in `folder`.
  init(folder: String) {
    let path = folder + "/bare"
    file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0, "\(path) cannot be made")
    memset(group, 0, 1 << 20)
    for place in stride(from: 0, to: Self.bytes, by: 1 << 20) {
      let written = pwrite(file, group, 1 << 20, off_t(place))
      precondition(written == 1 << 20, "\(path) has no room")
    }
    fsync(file)
    syncs.reserveCapacity(100_000)
  }

  deinit {
    close(file)
    group.deallocate()
  }

  /// Begins at the file's first byte.
  func begin() {
    offset = 0
    syncs.removeAll(keepingCapacity: true)
  }

  /// Puts a record into the group.
  func append(_ record: [UInt8]) {
    record.withUnsafeBytes { _ = memcpy(group + groupBytes, $0.baseAddress!, $0.count) }
    groupBytes += record.count
  }

  /// Makes the group durable.
  func commit() {
    if offset + groupBytes > Self.bytes { offset = 0 }
    let written = pwrite(file, group, groupBytes, off_t(offset))
    precondition(written == groupBytes, "the bare log cannot be written")
    let before = vdt_bench_nanos()
    let failed = fdatasync(file) != 0
    syncs.append(vdt_bench_nanos() - before)
    precondition(!failed, "the bare log cannot be synced")
    offset += groupBytes
    groupBytes = 0
  }
}
