public import Captures
public import Model
import Perception

/// Pictures that a capture holds of moments: of each, what the cameras saw that had a part in it.
public struct EventPictures {
  /// A moment that pictures are wanted of.
  public struct Moment: Sendable {
    /// Seconds since 1970.
    public var unixSeconds: Double
    /// Names of the sensors that had a part in it.
    public var sensors: [String]

    /// A moment.
    public init(unixSeconds: Double, sensors: [String]) {
      self.unixSeconds = unixSeconds
      self.sensors = sensors
    }
  }

  /// A picture.
  public struct Picture: Sendable, Equatable {
    /// Name of the camera.
    public var camera: String
    /// When it was taken.
    public var time: WallTime
    /// A JPEG file.
    public var jpeg: [UInt8]
  }

  /// Moments that pictures are looked for; more have none.
  public static let momentsMax = 40
  /// How far from the moment a picture may be, nanoseconds: cameras of one picture a second have one.
  private static let nearNanos: Int64 = 1_000_000_000

  /// Of each moment the picture nearest to it of each of its cameras, in the order of their names; none of cameras
  /// that gave none, and of moments outside of the capture.
  public static func of(
    _ moments: [Moment], in capture: String
  ) throws(CaptureError) -> [[Picture]] {
    let run = try CapturedRun(path: capture)
    var encoder = SnapshotEncoder()
    var found: [[Picture]] = moments.map { _ in [] }
    for (place, moment) in moments.prefix(momentsMax).enumerated() {
      guard let instant = run.instant(unixSeconds: moment.unixSeconds) else { continue }
      found[place] = try pictures(
        at: instant, of: moment.sensors, capture, run, &encoder
      ).sorted { $0.camera < $1.camera }
    }
    return found
  }

  private static func pictures(
    at moment: Instant, of sensors: [String], _ capture: String, _ run: CapturedRun,
    _ encoder: inout SnapshotEncoder
  ) throws(CaptureError) -> [Picture] {
    var reader = try CaptureReader(path: capture)
    let names = reader.sensors
    try reader.restrict(
      to: moment.advanced(byNanos: -nearNanos)...moment.advanced(byNanos: 2 * nearNanos))
    var best: [String: (away: Int64, picture: Picture)] = [:]
    while let item = try reader.next() {
      guard case .frame(let header, _) = item, names.indices.contains(header.sensor.index),
        sensors.contains(names[header.sensor.index])
      else { continue }
      let camera = names[header.sensor.index]
      let away = abs(header.time.nanos(since: moment))
      guard away <= nearNanos, away < best[camera]?.away ?? .max else { continue }
      reader.withPayload { bytes in
        _ = encoder.encode(header, bytes) { jpeg in
          let time = run.wall(of: header.time) ?? WallTime(unixNanos: 0)
          best[camera] = (away, Picture(camera: camera, time: time, jpeg: Array(copying: jpeg)))
        }
      }
    }
    return best.values.map(\.picture)
  }
}
