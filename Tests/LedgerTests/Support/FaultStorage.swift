import Synchronization

@testable import Ledger

/// A storage in memory that behaves as badly as POSIX allows: what was not synced may be lost or
/// torn sector by sector, names that were not synced may be lost from some point on, and any
/// operation can fail. The adversary of the log's tests.
final class FaultStorage: LogStorage {
  final class File: LogFile {
    let inode: Int
    init(_ inode: Int) { self.inode = inode }
  }

  /// What happens at one operation.
  enum Fault {
    /// The operation is carried out, perhaps in part; from then on nothing works any more.
    case crash
    /// It fails with an input/output error. A failed sync forgets what it was to write, as Linux
    /// does: reads still see it, no later sync writes it.
    case error
    /// It fails for want of room; a write leaves half of its bytes.
    case full
  }

  private struct Write {
    var offset: Int
    var bytes: [UInt8]
  }

  private struct Content {
    /// What a read sees.
    var seen: [UInt8] = []
    /// What is on the storage for sure.
    var safe: [UInt8] = []
    /// What was written since the last sync.
    var pending: [Write] = []
  }

  private enum NameChange {
    case set(String, Int)
    case rename(String, String)
    case remove(String)

    func apply(to names: inout [String: Int]) {
      switch self {
      case .set(let name, let inode): names[name] = inode
      case .rename(let name, let newName):
        if let inode = names.removeValue(forKey: name) { names[newName] = inode }
      case .remove(let name): names[name] = nil
      }
    }
  }

  private struct State {
    var files: [Content] = []
    var names: [String: Int] = [:]
    var safeNames: [String: Int] = [:]
    var pendingNames: [NameChange] = []
    var operations = 0
    var syncs = 0
    var faults: [Int: Fault] = [:]
    var isDead = false
    /// Bytes that files may still grow by; `nil` for no bound.
    var room: Int?
  }

  private let state: Mutex<State>
  let place = "/memory"

  init() { state = Mutex(State()) }

  private init(_ initial: State) { state = Mutex(initial) }

  // MARK: - For the tests

  /// Operations that change something, so far.
  var operations: Int { state.withLock { $0.operations } }

  /// Syncs of files so far.
  var syncs: Int { state.withLock { $0.syncs } }

  /// Whether a crash has happened.
  var isDead: Bool { state.withLock { $0.isDead } }

  /// Plans a fault at operation `number`, counted from 0.
  func plan(_ fault: Fault, at number: Int) { state.withLock { $0.faults[number] = fault } }

  /// Lets files grow by so many bytes from now on; what is removed gives its own back.
  func limitRoom(_ bytes: Int?) { state.withLock { $0.room = bytes } }

  /// Takes back all plans.
  func forgetPlans() { state.withLock { $0.faults = [:] } }

  /// The bytes of a file as a read sees them.
  func bytes(of name: String) -> [UInt8] {
    state.withLock { $0.files[$0.names[name]!].seen }
  }

  /// Puts bytes into a file behind the log's back.
  func replace(_ name: String, with bytes: [UInt8]) {
    state.withLock { state in
      let inode = state.names[name]!
      state.files[inode] = Content(seen: bytes, safe: bytes)
    }
  }

  /// Puts a whole file there behind the log's back.
  func put(_ name: String, _ bytes: [UInt8]) {
    state.withLock { state in
      state.files.append(Content(seen: bytes, safe: bytes))
      state.names[name] = state.files.count - 1
      state.safeNames[name] = state.files.count - 1
    }
  }

  /// Takes a file away behind the log's back.
  func lose(_ name: String) {
    state.withLock { state in
      state.names[name] = nil
      state.safeNames[name] = nil
    }
  }

  /// The names that are there.
  var allNames: [String] { state.withLock { $0.names.keys.sorted() } }

  /// An independent copy of what is there now, all of it safe: what a kill of the process leaves.
  func afterKill() -> FaultStorage {
    state.withLock { state in
      var next = State()
      next.files = state.files.map { Content(seen: $0.seen, safe: $0.seen) }
      next.names = state.names
      next.safeNames = state.names
      return FaultStorage(next)
    }
  }

  /// What a power cut leaves: safe bytes, any sectors of the pending writes, and the names up to
  /// some change.
  func afterPowerCut(_ random: inout some RandomNumberGenerator) -> FaultStorage {
    // Drawn outside of the lock, because the generator is the caller's.
    var generator = random
    defer { random = generator }
    let before = state.withLock { $0 }
    var next = State()
    let sector = [8, 64, 512, 4096].randomElement(using: &generator)!
    for content in before.files {
      var bytes = content.safe
      let chance = Double.random(in: 0...1, using: &generator)
      for write in content.pending {
        var start = 0
        while start < write.bytes.count {
          let end = min(
            write.bytes.count, ((write.offset + start) / sector + 1) * sector - write.offset)
          if Double.random(in: 0...1, using: &generator) < chance {
            Self.put(write.bytes[start..<end], at: write.offset + start, in: &bytes)
          }
          start = end
        }
      }
      next.files.append(Content(seen: bytes, safe: bytes))
    }
    next.names = before.safeNames
    let kept = Int.random(in: 0...before.pendingNames.count, using: &generator)
    for change in before.pendingNames.prefix(kept) { change.apply(to: &next.names) }
    next.safeNames = next.names
    return FaultStorage(next)
  }

  // MARK: - LogStorage

  func names() throws(StorageFailure) -> [String] {
    try check("list") { Array($0.names.keys) }
  }

  func create(_ name: String) throws(StorageFailure) -> File {
    try change("create") { state, _ in
      state.files.append(Content())
      let change = NameChange.set(name, state.files.count - 1)
      change.apply(to: &state.names)
      state.pendingNames.append(change)
      return File(state.files.count - 1)
    }
  }

  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> File {
    let inode = try check("open") { $0.names[name] }
    guard let inode else {
      throw StorageFailure(kind: .absent, operation: "open", text: "no such file")
    }
    return File(inode)
  }

  func size(of file: File) throws(StorageFailure) -> UInt64 {
    try check("measure") { UInt64($0.files[file.inode].seen.count) }
  }

  func read(
    _ file: File, at offset: UInt64, into target: UnsafeMutableRawBufferPointer
  ) throws(StorageFailure) -> Int {
    let bytes = try check("read") { state in
      Array(state.files[file.inode].seen.dropFirst(Int(offset)).prefix(target.count))
    }
    target.copyBytes(from: bytes)
    return bytes.count
  }

  func write(
    _ file: File, at offset: UInt64, from source: UnsafeRawBufferPointer
  ) throws(StorageFailure) {
    let bytes = Array(source)
    let isRefused = state.withLock { state in
      guard let room = state.room else { return false }
      let growth = max(0, Int(offset) + bytes.count - state.files[file.inode].seen.count)
      if growth > room { return true }
      state.room = room - growth
      return false
    }
    guard !isRefused else {
      throw StorageFailure(kind: .full, operation: "write", text: "ENOSPC")
    }
    try change("write") { state, fault in
      let kept = fault == .full ? bytes.prefix(bytes.count / 2) : bytes[...]
      Self.put(kept, at: Int(offset), in: &state.files[file.inode].seen)
      state.files[file.inode].pending.append(Write(offset: Int(offset), bytes: Array(kept)))
    }
  }

  func sync(_ file: File) throws(StorageFailure) {
    try change("sync") { state, fault in
      state.syncs += 1
      // A crash in a sync leaves everything pending: any part of it may have been written.
      if fault == .crash { return }
      if fault == nil {
        for write in state.files[file.inode].pending {
          Self.put(write.bytes[...], at: write.offset, in: &state.files[file.inode].safe)
        }
      }
      state.files[file.inode].pending = []
    }
  }

  func rename(_ name: String, to newName: String) throws(StorageFailure) {
    try change("rename") { state, _ in
      if let room = state.room, let inode = state.names[newName] {
        state.room = room + state.files[inode].seen.count
      }
      let change = NameChange.rename(name, newName)
      change.apply(to: &state.names)
      state.pendingNames.append(change)
    }
  }

  func remove(_ name: String) throws(StorageFailure) {
    try change("remove") { state, _ in
      if let room = state.room, let inode = state.names[name] {
        state.room = room + state.files[inode].seen.count
      }
      let change = NameChange.remove(name)
      change.apply(to: &state.names)
      state.pendingNames.append(change)
    }
  }

  func syncFolder() throws(StorageFailure) {
    try change("sync the folder") { state, fault in
      guard fault == nil else { return }
      state.safeNames = state.names
      state.pendingNames = []
    }
  }

  func monotonicNanos() -> UInt64 { state.withLock { UInt64($0.operations) } }

  // MARK: - Helpers

  private static func put(_ source: ArraySlice<UInt8>, at offset: Int, in bytes: inout [UInt8]) {
    if bytes.count < offset + source.count {
      bytes.append(contentsOf: repeatElement(0, count: offset + source.count - bytes.count))
    }
    bytes.replaceSubrange(offset..<offset + source.count, with: source)
  }

  private static let dead = StorageFailure(kind: .other, operation: "use", text: "power cut")

  private func check<Result>(
    _ operation: String, _ body: (State) -> Result
  ) throws(StorageFailure) -> Result {
    let state = state.withLock { $0 }
    guard !state.isDead else { throw Self.dead }
    return body(state)
  }

  private func change<Result: Sendable>(
    _ operation: String, _ body: (inout State, Fault?) -> Result
  ) throws(StorageFailure) -> Result {
    let outcome: (Result?, Fault?) = state.withLock { state in
      guard !state.isDead else { return (nil, .crash) }
      let fault = state.faults[state.operations]
      state.operations += 1
      let isDone = fault != .error || operation == "sync"
      let result = isDone ? body(&state, fault) : nil
      if fault == .crash { state.isDead = true }
      return (result, fault)
    }
    switch outcome.1 {
    case nil: return outcome.0!
    case .crash: throw Self.dead
    case .error: throw StorageFailure(kind: .other, operation: operation, text: "EIO")
    case .full: throw StorageFailure(kind: .full, operation: operation, text: "ENOSPC")
    }
  }
}
