import CThreads
import Glibc

/// Asks the kernel how good its clock is and leaves the answer in a file for the daemon, which may
/// not ask itself; nothing else.
public struct ClockWitness {
  /// Time between two questions.
  private static let interval = Duration.milliseconds(500)

  private let path: String
  private let notifier = ServiceNotifier()

  /// A witness that writes `path`, which is made when it is missing and readable for all.
  public init(path: String) { self.path = path }

  /// Runs until the task is cancelled or the process ends.
  ///
  /// Throws `StationError` when the file cannot be written or the kernel does not answer: what is
  /// old is not believed, so the daemon then says that its clock is not synchronised.
  public func run() async throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw fault("cannot be opened", errno) }
    defer { close(file) }
    // For all, whatever the umask says: it tells no secret.
    fchmod(file, 0o644)
    var isReady = false
    while !Task.isCancelled {
      guard let quality = ClockQuality.ofKernel() else {
        throw StationError(
          .clock,
          "the kernel does not tell the state of its clock: errno \(errno); adjtimex(2) must "
            + "be allowed, as in vedetted-clock.service")
      }
      let words = quality.words
      let count = unsafe withUnsafeBytes(of: words) {
        unsafe pwrite(file, $0.baseAddress, $0.count, 0)
      }
      guard count == MemoryLayout<ClockQuality.Words>.size else {
        throw fault("cannot be written", errno)
      }
      if !isReady {
        notifier.ready(status: "the clock's quality is told")
        isReady = true
        // Starting touches far more code than this loop does.
        _ = vdt_release_code_pages()
      }
      try await Task.sleep(for: Self.interval)
    }
  }

  private func fault(_ what: String, _ number: Int32) -> StationError {
    StationError(
      .clock,
      "\(path) \(what): \(unsafe String(cString: strerror(number))); its folder must be "
        + "there and belong to the user of this process")
  }
}
