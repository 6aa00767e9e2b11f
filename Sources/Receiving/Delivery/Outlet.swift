import Foundation
import Glibc
import Logging
import Streaming

/// Hands on what is settled to other software, in order, each thing at least once: its place is kept in
/// the store and moves after the software has taken it.
struct Outlet: Sendable {
  /// Rows taken from the store at once.
  private static let rowsMax = 200

  /// Name under which the place is kept.
  let name: String
  let store: ReceiverStore
  let logger: Logger
  /// Hands on one line of JSON; whether it was taken.
  let hand: @Sendable (_ line: [UInt8]) async -> Bool

  /// Hands on until the task is cancelled; looks five times a second.
  func run() async throws {
    var pauses = Pauses()
    var place = try await store.place(of: name)
    while !Task.isCancelled {
      var query = RowQuery()
      (query.after, query.limit) = (place.row, Self.rowsMax)
      let rows = try await store.rows(query)
      let notices = try await store.notices(after: place.number, limit: Self.rowsMax)
      var isTaken = true
      for row in rows where isTaken {
        isTaken = await hand(RowText.json(row))
        if isTaken { place.row = row.row }
      }
      for notice in notices where isTaken {
        isTaken = await hand(RowText.json(notice))
        if isTaken { place.number = notice.number }
      }
      if !rows.isEmpty || !notices.isEmpty {
        try await store.advance(name, row: place.row, number: place.number)
      }
      if !isTaken {
        try await Task.sleep(for: pauses.next())
      } else if rows.isEmpty, notices.isEmpty {
        pauses.reset()
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  /// Hands lines to standard output.
  static func printing(_ store: ReceiverStore, _ logger: Logger) -> Outlet {
    let queue = DispatchQueue(label: "lines")
    return Outlet(name: "lines", store: store, logger: logger) { line in
      await withCheckedContinuation { done in
        // The reader may be slow: its pipe blocks a thread of its own only.
        queue.async { done.resume(returning: write(line + [0x0A], to: STDOUT_FILENO)) }
      }
    }
  }

  /// Runs `command` by the shell for each line, which it gets on standard input; exit status 0 says
  /// that it has taken it, anything else has it run again.
  static func running(_ command: String, _ store: ReceiverStore, _ logger: Logger) -> Outlet {
    let queue = DispatchQueue(label: "exec")
    return Outlet(name: "exec", store: store, logger: logger) { line in
      let status = await withCheckedContinuation { (done: CheckedContinuation<Int32, Never>) in
        queue.async { done.resume(returning: run(command, line + [0x0A])) }
      }
      if status != 0 { logger.error("the command ended with \(status); it is run again") }
      return status == 0
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 || errno == EINTR else { return false }
      done += max(0, count)
    }
    return true
  }

  /// Exit status of the command; 127 when it could not be started.
  private static func run(_ command: String, _ input: [UInt8]) -> Int32 {
    // A file without a name: unlike a pipe it takes all at once, whether the command reads or not.
    var path = Array("/tmp/vedette-event-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return 127 }
    unlink(path)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard write(input, to: descriptor), lseek(descriptor, 0, SEEK_SET) == 0 else { return 127 }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardInput = file
    do { try process.run() } catch { return 127 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
