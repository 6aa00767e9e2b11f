import Ledger
import SiteConfiguration

extension ShareableEvent {
  /// The value of a field that is a word.
  func word(_ name: String) -> String? {
    fields[name].flatMap { CanonicalObject.plainString($0) }
  }

  /// The value of a field that is a number, times 10^`places`.
  func scaled(_ name: String, places: Int) -> Int64? {
    fields[name].flatMap { CanonicalObject.scaled($0, places: places) }
  }
}

extension SharedEventKind {
  /// The kind as agreements call it; `nil` for what no agreement can be about.
  init?(_ kind: EventKind) {
    switch kind {
    // Rules on crossings name their classes, so that one on drones means both kinds.
    case .crossing, .airCrossing: self = .crossing
    case .sensorHealth: self = .sensorHealth
    case .postStatus: self = .postStatus
    case .release, .epoch, .erasure: return nil
    }
  }
}
