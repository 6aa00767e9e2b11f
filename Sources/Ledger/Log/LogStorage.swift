/// An open file of a ledger's folder; closed when the last reference is gone.
protocol LogFile: AnyObject, Sendable {}

/// What the ledger needs of the folder it lives in, and no more: the seam at which tests put a
/// storage that loses and tears what was not synced.
///
/// Durability, as POSIX gives it: bytes are safe after ``sync(_:)``, names (made, renamed, removed)
/// after ``syncFolder()``. Names are plain file names in the folder.
protocol LogStorage: Sendable {
  /// An open file.
  associatedtype File: LogFile

  /// Where the folder is, for messages.
  var place: String { get }
  /// The names in the folder, in no order.
  func names() throws(StorageFailure) -> [String]
  /// Makes an empty file; one of that name is emptied.
  func create(_ name: String) throws(StorageFailure) -> File
  /// Opens a file that is there.
  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> File
  /// Size of the file in bytes.
  func size(of file: File) throws(StorageFailure) -> UInt64
  /// Fills `target` from `offset` on and returns how many bytes there were: fewer at the end.
  func read(
    _ file: File, at offset: UInt64, into target: UnsafeMutableRawBufferPointer
  ) throws(StorageFailure) -> Int
  /// Writes all of `source` at `offset`.
  func write(
    _ file: File, at offset: UInt64, from source: UnsafeRawBufferPointer
  ) throws(StorageFailure)
  /// Returns when the file's bytes and its size are on the storage.
  func sync(_ file: File) throws(StorageFailure)
  /// Gives a file another name, in place of what had it.
  func rename(_ name: String, to newName: String) throws(StorageFailure)
  /// Removes a name.
  func remove(_ name: String) throws(StorageFailure)
  /// Returns when the folder's names are on the storage.
  func syncFolder() throws(StorageFailure)
  /// Nanoseconds of a monotonic clock, to measure syncs with.
  func monotonicNanos() -> UInt64
}

/// What the system said when a storage operation failed.
struct StorageFailure: Error, Equatable {
  /// What kind of failure, as far as the ledger treats them differently.
  enum Kind { case full, absent, other }

  var kind: Kind
  var operation: String
  var text: String
}

extension LedgerError {
  /// A storage failure on `name`, translated once at this boundary.
  init(_ failure: StorageFailure, on name: String, in place: String) {
    let subject = "\(place)/\(name)"
    switch failure.kind {
    case .full:
      self.init(
        .diskFull, operation: failure.operation, subject: subject,
        reason: "\(failure.text); make room or lower the retention of the ledger")
    case .absent:
      self.init(
        .missing, operation: failure.operation, subject: subject, reason: failure.text)
    case .other:
      self.init(
        .inputOutput, operation: failure.operation, subject: subject,
        reason: "\(failure.text); check the storage and the rights on the folder")
    }
  }
}
