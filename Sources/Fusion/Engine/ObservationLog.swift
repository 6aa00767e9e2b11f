import Model

/// The observations of the last seconds in the order of their times, those of one time in the order of
/// their arrival.
struct ObservationLog: ~Copyable {
  private let storage: FixedArray<Observation>
  private var first = 0
  /// One beyond the last.
  private var end = 0

  init(capacity: Int) { storage = FixedArray(unwritten: 2 * capacity) }

  var count: Int { end - first }
  var isFull: Bool { count >= storage.count / 2 }

  subscript(index: Int) -> Observation { storage[first + index] }

  /// Puts an observation in its place; the log is not full.
  mutating func insert(_ observation: Observation) {
    precondition(!isFull, "a full log takes nothing")
    if end == storage.count {
      storage.move(Stretch(first: first, end: end), to: 0)
      (first, end) = (0, end - first)
    }
    var place = end
    while place > first, storage[place - 1].time > observation.time { place -= 1 }
    if place < end { storage.move(Stretch(first: place, end: end), to: place + 1) }
    storage[place] = observation
    end += 1
  }

  /// Place of the first observation that is not before `moment`.
  func place(of moment: Instant) -> Int {
    var (low, high) = (first, end)
    while low < high {
      let middle = (low + high) / 2
      if storage[middle].time < moment { low = middle + 1 } else { high = middle }
    }
    return low - first
  }

  /// Forgets what is before `moment`.
  mutating func forget(before moment: Instant) {
    first += place(of: moment)
    // What is left moves to the front while that is cheap, so that little memory is touched.
    if first >= end - first {
      storage.move(Stretch(first: first, end: end), to: 0)
      (first, end) = (0, end - first)
    }
  }

  mutating func forgetAll() { (first, end) = (0, 0) }
}
