import FuzzSupport
import Ledger
import Model
import Sharing
import SiteConfiguration

/// The fuzzer of agreements: their files, and what is decided by them. Its arguments are libFuzzer's.
@main
struct FuzzAgreements {
  static func main() { unsafe fuzz(read) }
}

private let site = Site(
  post: "river-2",
  origin: GeographicOrigin(latitudeDegrees: 47.12, longitudeDegrees: 9.5, heightMetres: 430),
  lines: [
    SiteLine(
      name: "border", isClosed: false, points: [SIMD2(-4000, -300), SIMD2(5000, 700)],
      leftName: "north", rightName: "south", leftToRight: "out", rightToLeft: "in")
  ], sensors: [], links: [], configurationHash: "c0")

/// A crossing, a sensor's health and a state of the post.
private let events = makeEvents()

private func makeEvents() -> [ShareableEvent] {
  let time = Instant(monotonicNanos: 100_000_000_000)
  let clock = ClockMap(
    instant: Instant(monotonicNanos: 0), wall: WallTime(unixNanos: 1_772_337_906_000_000_000),
    uncertaintyNanos: 2_500_000, state: .synchronised)
  var crossing = CrossingEvent(
    identity: CrossingIdentity(
      line: LineID(0), birthSource: SourceID(1), birthSequence: 1, birthBranch: 1, ordinal: 1),
    direction: .leftToRight, time: time, decided: time, clock: clock, position: SIMD2(12.5, -0.25),
    covariance: SIMD3(0.25, 0, 1.5), track: TrackID(17))
  crossing.classes = ClassScores(lanes: SIMD8(0.5, 0.25, 0.125, 0.0625, 0.0625, 0, 0, 0))
  crossing.confidence = 0.9
  let all: [PostEvent] = [
    .crossing(crossing),
    .health(
      SensorHealthEvent(
        report: HealthReport(
          sensor: .none, state: .lost, reason: .deviceGone, systemError: 19, time: time),
        source: SourceID(2), sequence: 77, clock: clock)),
    .status(
      PostStatusEvent(
        kind: .heartbeat, time: time, clock: clock, ordinal: 5, sensorsLost: 1, samplesDropped: 2)),
  ]
  var encoder = EventEncoder(site: site, captureEpoch: 1, softwareVersion: "1")
  return all.map { event in
    let header = encoder.encode(event)
    let payload = encoder.withPayload { bytes in unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    return ShareableEvent(sequence: 1, header: header, feature: payload)!
  }
}

/// What libFuzzer calls with each input: a file gives an agreement or faults, never neither, and no
/// agreement gives a field that its rules do not list.
private func read(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start, count > 0 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let set = AgreementSet(
    files: [("b.yaml", bytes)], site: site, hash: { _ in String(repeating: "0", count: 64) })
  guard let agreement = set.agreements["b.yaml"] else { return 0 }
  let evaluator = Evaluator(agreement: agreement, site: site)
  for event in events {
    for purpose in agreement.purposes + ["curiosity"] {
      let decision = evaluator.decide(
        event, purpose: purpose, isExercise: event.header.isExercise, hadEarlierVersion: false,
        at: event.header.time)
      guard case .released(let fields) = decision.outcome else { continue }
      precondition(purpose != "curiosity" || agreement.purposes.contains(purpose))
      precondition(decision.grant.map { Set(fields).isSubset(of: $0.fields) } == true)
    }
  }
  return 0
}
