import Foundation
import Logging
import Publishing
import SiteConfiguration

/// A post that runs for a while without publishing, its ledger in a folder of its own, which is
/// removed afterwards unless it is named: what `vedette record` and a live replay need.
public struct LiveRun: Sendable {
  /// Where samples come from.
  public var origin: SampleOrigin
  /// Capture to write.
  public var recordPath: String?
  /// How long, seconds; `nil`: until SIGINT.
  public var seconds: Double?
  /// Folder for ledger and captures that stays; `nil`: one that is removed afterwards.
  public var stateDirectory: String?
  /// Reads the configuration.
  public var reader: Station.Reader

  /// A run of what `reader` describes.
  public init(
    origin: SampleOrigin, recordPath: String?, seconds: Double?, stateDirectory: String? = nil,
    reader: @escaping Station.Reader
  ) {
    self.stateDirectory = stateDirectory
    self.origin = origin
    self.recordPath = recordPath
    self.seconds = seconds
    self.reader = reader
  }

  /// Runs; each event's line is given to `print`. Returns the data of all crossing and health
  /// events, in order.
  ///
  /// Throws `StationError` of `.recording` when the capture could not be written to the end; the run
  /// ends with it.
  @discardableResult
  public func run(print: @escaping @Sendable (String) -> Void) async throws -> [[UInt8]] {
    let folder = stateDirectory ?? NSTemporaryDirectory() + "vedette-\(UUID().uuidString)"
    defer { if stateDirectory == nil { try? FileManager.default.removeItem(atPath: folder) } }
    let logger = Logger(label: "vedette") { StationLogHandler(label: $0, level: .warning) }
    let station = try Station(
      options: Station.Options(
        origin: origin, recordPath: recordPath, stateDirectory: folder, isPublishing: false,
        // What it would keep would be removed with the folder.
        hasRecorder: stateDirectory != nil),
      logger: logger, reader: reader)
    let signals = SignalWatch(onStop: { station.stop() }, onReload: {})
    defer { signals.end() }
    let timer = Task { [seconds] in
      guard let seconds else { return }
      try await Task.sleep(for: .seconds(seconds))
      station.stop()
    }
    // A run that is there to be recorded ends with the recording.
    let watch = Task {
      while station.board.recordingFault == nil { try await Task.sleep(for: .milliseconds(200)) }
      station.stop()
    }
    defer {
      timer.cancel()
      watch.cancel()
    }
    try await station.run()
    if let fault = station.board.recordingFault { throw StationError(.recording, fault) }
    let durable = station.feed.durable
    guard durable > 0 else { return [] }
    let events = try station.store.events(from: 1, through: durable, limit: .max)
    for event in events { print(EventLine(event).text) }
    return events.filter { !$0.type.contains("post-status") }.map(\.data)
  }
}
