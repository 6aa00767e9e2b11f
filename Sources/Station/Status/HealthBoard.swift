import Foundation
import Model
import Synchronization

/// What the post knows of its parts, for `/v1/health`, metrics and systemd's status line. Written
/// when something changes, never on the hot path.
final class HealthBoard: Sendable {
  /// State of one sensor.
  struct SensorState: Codable, Sendable {
    var name: String
    var kind: String
    var state: String
    var reason: String
    var since: String?
  }

  private struct State: Sendable {
    var sensors: [SensorState] = []
    var storageFault: String?
    var storageWarning: String?
    var isHung = false
    var configurationFault: String?
    /// What is wrong with the ring, the captures and the taps of the recorder.
    var ringFault: String?
    var captureFault: String?
    var tapFault: String?
    /// Why the recording of the whole run ended before it.
    var recordingFault: String?
    /// Why the hub does not get its events.
    var hubFault: String?
    var clock = ClockState.unsynchronised

    var recorderWarning: String? { recordingFault ?? ringFault ?? captureFault ?? tapFault }
  }

  private struct Answer: Codable {
    var clock: String
    var configuration: String
    var configurationFault: String?
    var hubWarning: String?
    var post: String
    var recorderWarning: String?
    var sensors: [SensorState]
    var software: String
    var status: String
    var storageFault: String?
    var storageWarning: String?
  }

  private let state = Mutex(State())

  /// Starts over with the sensors of `site`, none heard yet.
  func reset(site: Site) {
    state.withLock {
      $0.sensors = site.sensors.map {
        SensorState(name: $0.name, kind: $0.kindName, state: "starting", reason: "starting")
      }
    }
  }

  /// A sensor's health changed.
  func note(_ event: SensorHealthEvent) {
    state.withLock { state in
      let place = event.report.sensor.index
      guard state.sensors.indices.contains(place) else { return }
      state.sensors[place].state = "\(event.report.state.name)"
      state.sensors[place].reason = "\(event.report.reason.name)"
      let wall = event.clock.wallTime(at: event.report.time)
      state.sensors[place].since = wall.utcText(decimals: 0)
    }
  }

  /// Whether events reach the disk: `nil` when they do.
  func note(storageFault: String?) { state.withLock { $0.storageFault = storageFault } }

  /// What threatens the storage while events still reach it: `nil` when nothing does.
  func note(storageWarning: String?) { state.withLock { $0.storageWarning = storageWarning } }

  /// Whether the last reload was refused, and why.
  func note(configurationFault: String?) {
    state.withLock { $0.configurationFault = configurationFault }
  }

  /// Why the flight recorder's ring takes nothing: `nil` when it does. Whether that is news.
  @discardableResult
  func note(ringFault: String?) -> Bool {
    state.withLock { state in
      defer { state.ringFault = ringFault }
      return state.ringFault == nil && ringFault != nil
    }
  }

  /// Why a capture could not be kept: `nil` when the last one was. Whether that is news.
  @discardableResult
  func note(captureFault: String?) -> Bool {
    state.withLock { state in
      defer { state.captureFault = captureFault }
      return state.captureFault == nil && captureFault != nil
    }
  }

  /// What the recorder lacks of the run's samples: `nil` when nothing was dropped lately.
  func note(tapFault: String?) { state.withLock { $0.tapFault = tapFault } }

  /// Why the recording of the whole run ended before it: `nil` when it goes on or there is none.
  func note(recordingFault: String?) { state.withLock { $0.recordingFault = recordingFault } }

  /// Why the recording of the whole run ended before it.
  var recordingFault: String? { state.withLock { $0.recordingFault } }

  /// Why the hub, or a feed at it, does not get its events: `nil` when it does or there is none.
  func note(hubFault: String?) { state.withLock { $0.hubFault = hubFault } }

  /// Whether fusion or the ledger stands still.
  func note(isHung: Bool) { state.withLock { $0.isHung = isHung } }

  /// How far UTC can be believed.
  func note(clock: ClockState) { state.withLock { $0.clock = clock } }

  /// Sensors that deliver, and all.
  var delivering: (count: Int, of: Int) {
    state.withLock { state in
      (state.sensors.count { $0.state == "ok" || $0.state == "degraded" }, state.sensors.count)
    }
  }

  /// State of every sensor.
  var sensors: [SensorState] { state.withLock { $0.sensors } }

  /// Whether events reach the disk, as far as anybody tried.
  var isStoring: Bool { state.withLock { $0.storageFault == nil } }

  /// Whether events are decided and kept.
  var isHealthy: Bool { state.withLock { $0.storageFault == nil && !$0.isHung } }

  /// The answer of `/v1/health`.
  func json(site: Site, software: String) -> [UInt8] {
    let now = state.withLock { $0 }
    let hasLost = now.sensors.contains { $0.state != "ok" }
    let status =
      now.storageFault != nil || now.isHung
      ? "failed"
      : hasLost || now.configurationFault != nil || now.storageWarning != nil
        || now.recorderWarning != nil || now.hubFault != nil ? "degraded" : "ok"
    let answer = Answer(
      clock: "\(now.clock.name)", configuration: site.configurationHash,
      configurationFault: now.configurationFault, hubWarning: now.hubFault, post: site.post,
      recorderWarning: now.recorderWarning, sensors: now.sensors,
      software: software, status: status, storageFault: now.storageFault,
      storageWarning: now.storageWarning)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(answer)).map { Array($0) } ?? Array("{}".utf8)
  }
}

extension Sensor {
  /// The word for its kind in health, metrics and events.
  var kindName: String {
    switch detail {
    case .motion(let motion): motion.technology.rawValue
    case .camera: "camera"
    case .drone: "drone"
    case .beacon: "beacon"
    case .receiver: "receiver"
    }
  }
}
