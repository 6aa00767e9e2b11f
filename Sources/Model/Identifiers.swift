/// A sensor of the site: its place in `Site.sensors`.
///
/// The name people use is `Site.sensors[id.index].name`; on the hot path only the number travels.
public struct SensorID: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Place in `Site.sensors`, 0 ..< 65,535.
  public var rawValue: UInt16

  /// The sensor at `rawValue` in the site's list.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// No sensor: what the post says of itself.
  public static let none = SensorID(.max)

  /// Place in `Site.sensors`.
  public var index: Int { Int(rawValue) }

  /// The order of the site file.
  public static func < (a: SensorID, b: SensorID) -> Bool { a.rawValue < b.rawValue }
}

/// A reader of raw samples with one thread and one ring: its place in `Site.sources`.
public struct SourceID: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Place in `Site.sources`.
  public var rawValue: UInt16

  /// The source at `rawValue` in the site's list.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// The post's own clock, always the first source.
  public static let clock = SourceID(0)

  /// Place in `Site.sources`.
  public var index: Int { Int(rawValue) }

  /// The order of `Site.sources`.
  public static func < (a: SourceID, b: SourceID) -> Bool { a.rawValue < b.rawValue }
}

/// A border line or zone of the site: its place in `Site.lines`.
public struct LineID: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Place in `Site.lines`.
  public var rawValue: UInt16

  /// The line at `rawValue` in the site's list.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// Place in `Site.lines`.
  public var index: Int { Int(rawValue) }

  /// The order of the site file.
  public static func < (a: LineID, b: LineID) -> Bool { a.rawValue < b.rawValue }
}

/// A track of the fusion, counted from 1 within a run.
public struct TrackID: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Number of the track in order of birth.
  public var rawValue: UInt32

  /// The track born as number `rawValue`.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The order of birth.
  public static func < (a: TrackID, b: TrackID) -> Bool { a.rawValue < b.rawValue }
}
