import Model

/// Numbers of tracks: a track that is born again when observations are taken again keeps its own.
struct TrackNames: ~Copyable {
  /// Births that are remembered: those of the time that can be repeated.
  private static let kept = 1_024

  private struct Birth: BitwiseCopyable {
    var source = SourceID.clock
    var sequence: UInt64 = 0
    var id = TrackID(0)
  }

  private let births = FixedArray(repeating: Birth(), count: kept)
  private var given: UInt32 = 0

  /// The number of the track that the observation `sequence` of `source` starts.
  mutating func name(_ source: SourceID, _ sequence: UInt64, isRepeated: Bool) -> TrackID {
    if isRepeated {
      for index in births.indices
      where births[index].sequence == sequence && births[index].source == source
        && births[index].id.rawValue != 0
      {
        return births[index].id
      }
    }
    given &+= 1
    births[Int(given) % Self.kept] = Birth(source: source, sequence: sequence, id: TrackID(given))
    return TrackID(given)
  }
}
