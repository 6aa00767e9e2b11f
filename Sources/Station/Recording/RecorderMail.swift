import Model
import Synchronization

/// A configuration that came in force while the recorder runs, on its way to the recorder's thread; the
/// newest counts.
final class RecorderMail: Sendable {
  /// What came in force.
  struct Letter: Sendable {
    var site: Site
    /// The text that it was read from.
    var bundle: [UInt8]
  }

  private let letter = Mutex<Letter?>(nil)

  func put(_ next: Letter) { letter.withLock { $0 = next } }

  func take() -> Letter? {
    letter.withLock { letter in
      defer { letter = nil }
      return letter
    }
  }
}
