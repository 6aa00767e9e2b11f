import Captures

/// The flight recorder of one pipeline, as far as those after it must know of it.
///
/// After a reload the readers open at once, while the keeper of the pipeline before still makes captures
/// of what that one recorded. So two that follow one another have a ring each, and the same vault, in which
/// only one keeper works at a time.
final class FlightShift: Sendable {
  let vault: CaptureVault
  /// Place of its ring's name among those there are.
  private let place: Int
  /// Set when the keeper before, if any, has left the vault.
  private let before: StopFlag?
  let desk: FlightDesk
  /// Tells its keeper to end when nothing waits any more.
  let stop = StopFlag()
  /// Tells its keeper to begin nothing more: the ring stays as it is, and the next start makes a capture
  /// of it.
  let leave = StopFlag()
  /// Set when its keeper has ended.
  let done = StopFlag()

  /// The shift after `last`, which has `vault` then; the first one opens it.
  init(after last: FlightShift?, vault: () throws(CaptureError) -> CaptureVault) throws {
    self.vault = try last?.vault ?? vault()
    place = last.map { ($0.place + 1) % CaptureVault.ringNames.count } ?? 0
    before = last?.done
    desk = try FlightDesk()
  }

  /// The folder of its ring.
  var ringFolder: String { "\(vault.folder)/\(CaptureVault.ringNames[place])" }

  /// Whether its keeper may use the vault.
  var isOn: Bool { before?.isSet ?? true }
}
