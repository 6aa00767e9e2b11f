/// What a comparison's page shows beside the events: the site on its map, and pictures.
public struct ComparisonGround: Sendable {
  /// A picture of an event.
  public struct Picture: Sendable {
    /// Where and when it was taken, for people.
    public var caption: String
    /// A JPEG file.
    public var jpeg: [UInt8]

    /// A picture.
    public init(caption: String, jpeg: [UInt8]) {
      self.caption = caption
      self.jpeg = jpeg
    }
  }

  /// Lines and zones: degrees of longitude and latitude.
  public var lines: [[SIMD2<Double>]]
  /// Sensors by name, with their place: degrees of longitude and latitude.
  public var sensors: [(name: String, place: SIMD2<Double>)]
  /// Pictures of events of one run only, by what `RunComparison.Single.event` says of them.
  public var pictures: [String: [Picture]]

  /// Nothing beside the events, or so much.
  public init(
    lines: [[SIMD2<Double>]] = [], sensors: [(name: String, place: SIMD2<Double>)] = [],
    pictures: [String: [Picture]] = [:]
  ) {
    self.lines = lines
    self.sensors = sensors
    self.pictures = pictures
  }
}
