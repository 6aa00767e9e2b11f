import CAllocationCounter

/// Calls of the allocator within one part of the work, counted only while `isOpen`.
final class AllocationTally {
  /// The part, for people and JSON.
  let name: String
  /// Whether calls count: false during the warm-up.
  var isOpen = false
  /// Calls so far.
  private(set) var count: UInt64 = 0
  /// Pieces of work so far.
  private(set) var pieces: UInt64 = 0

  init(_ name: String) { self.name = name }

  /// Does `work`, one piece of the part.
  func measure(_ work: () throws -> Void) rethrows {
    let before = vdt_allocations()
    try work()
    guard isOpen else { return }
    count &+= vdt_allocations() &- before
    pieces &+= 1
  }

  /// The tally as a JSON line.
  var json: String {
    "{\"bench\":\"hot-path-allocations\",\"name\":\"\(name)\",\"pieces\":\(pieces),"
      + "\"allocations\":\(count)}"
  }
}
