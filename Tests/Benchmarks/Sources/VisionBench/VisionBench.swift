import CAllocationCounter
import Glibc
import Model
import Perception
import Simulation
import Vision

/// Processor time of the detector, from luma to boxes, on frames of 1280 by 720 pixels.
///
/// `--write FILE COUNT` writes COUNT frames, raw luma; `--luma FILE CAMERAS` shows such a file to as
/// many detectors in turn; `--mjpeg FILE` shows a file of JPEG images, each after its length in four
/// bytes (little-endian), to one camera. Printed are the median time of a frame and what was allocated.
@main
struct VisionBench {
  static let width = 1280
  static let height = 720
  /// Frames that are not measured: the background is learned.
  static let warmUp = 40

  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count == 4, arguments[1] == "--write", let count = Int(arguments[3]) {
      write(count, to: arguments[2])
    } else if arguments.count == 4, arguments[1] == "--luma", let count = Int(arguments[3]) {
      look(arguments[2], cameras: count)
    } else if arguments.count == 3, arguments[1] == "--mjpeg" {
      lookAtImages(arguments[2])
    } else {
      print("usage: VisionBench --write FILE COUNT | --luma FILE CAMERAS | --mjpeg FILE")
      exit(64)
    }
  }

  /// A wide view of a line with some walkers and a car, noise and swaying vegetation.
  private static func write(_ count: Int, to path: String) {
    guard let file = fopen(path, "wb") else { exit(74) }
    let actors = (0..<6).map { index in
      Actor(
        name: "actor-\(index)", kind: index == 5 ? .vehicle : .person,
        waypoints: [
          .init(0, east: -20, north: 14 + 4 * Double(index)),
          .init(30, east: 20, north: 14 + 4 * Double(index)),
        ])
    }
    let scenario = Scenario(
      name: "bench", periodSeconds: 60, seed: 1, actors: actors, swayPixels: 2)
    var source = SimulatedFrameSource(
      scenario: scenario, site: site(.grey), sensor: SensorID(0),
      pace: .immediate(start: Instant(monotonicNanos: 1_000_000_000)))
    for _ in 0..<count {
      _ = source.read(timeoutMilliseconds: 1_000) { _, bytes in
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
      }
    }
    fclose(file)
  }

  /// A post with one camera that delivers `format`.
  private static func site(_ format: PixelFormat) -> Site {
    let camera = CameraDetail(
      device: "bench", format: format, width: width, height: height, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: .pi / 2, elevation: -0.3, roll: 0,
      horizontalFieldOfView: 1, rangeMetres: 100, azimuthSigma: 0.01, elevationSigma: 0.01)
    let sensor = Sensor(
      name: "camera", profile: "bench/bench", place: SIMD3(0, 0, 6), coverage: [],
      detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: .camera(camera))
    return Site(
      post: "bench",
      origin: GeographicOrigin(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200),
      lines: [], sensors: [sensor], links: [], configurationHash: "0")
  }

  /// Time and allocations of frames after the warm-up.
  private struct Tally {
    var times: [Int64] = []
    var allocations: UInt64 = 0
    var boxes = 0

    init() { times.reserveCapacity(10_000) }

    mutating func add(_ frame: Int64, _ work: () -> Int) {
      let allocated = vdt_allocations()
      let before = VisionBench.processorNanos()
      boxes += work()
      let nanos = VisionBench.processorNanos() - before
      guard frame >= VisionBench.warmUp else { return }
      allocations += vdt_allocations() - allocated
      times.append(nanos)
    }

    func tell() {
      guard !times.isEmpty else { exit(65) }
      let median = Double(times.sorted()[times.count / 2]) / 1_000
      print("{\"microseconds\": \(median), \"allocations\": \(allocations), \"boxes\": \(boxes)}")
    }
  }

  private static func time(_ frame: Int64) -> Instant {
    Instant(monotonicNanos: 1_000_000_000 + frame * 40_000_000)
  }

  private static func look(_ path: String, cameras: Int) {
    guard let file = fopen(path, "rb"), (1...4).contains(cameras) else { exit(66) }
    var luma = [UInt8](repeating: 0, count: width * height)
    var a = detector()
    var b = detector()
    var c = detector()
    var d = detector()
    var tally = Tally()
    var frame: Int64 = 0
    while fread(&luma, 1, luma.count, file) == luma.count {
      for camera in 0..<cameras {
        tally.add(frame) {
          switch camera {
          case 0: look(&a, luma, frame)
          case 1: look(&b, luma, frame)
          case 2: look(&c, luma, frame)
          default: look(&d, luma, frame)
          }
        }
      }
      frame += 1
    }
    tally.tell()
  }

  private static func detector() -> MotionDetector { MotionDetector(width: width, height: height) }

  private static func look(
    _ detector: inout MotionDetector, _ luma: borrowing [UInt8], _ frame: Int64
  ) -> Int {
    var boxes = 0
    _ = detector.process(luma: luma.span.bytes, stride: width, time: time(frame)) { _ in boxes += 1
    }
    return boxes
  }

  private static func lookAtImages(_ path: String) {
    guard let file = fopen(path, "rb") else { exit(66) }
    var perception = CameraPerception(site: site(.mjpeg), sensor: SensorID(0), source: SourceID(1))
    var tally = Tally()
    var frame: Int64 = 0
    var length: UInt32 = 0
    while fread(&length, 4, 1, file) == 1 {
      var image = [UInt8](repeating: 0, count: Int(UInt32(littleEndian: length)))
      guard fread(&image, 1, image.count, file) == image.count else { exit(65) }
      let header = FrameHeader(
        sensor: SensorID(0), sequence: UInt32(frame), time: time(frame), width: Int32(width),
        height: Int32(height), stride: 0, format: .mjpeg)
      tally.add(frame) {
        var boxes = 0
        perception.take(header, image.span.bytes) { if case .detection = $0.content { boxes += 1 } }
        return boxes
      }
      frame += 1
    }
    tally.tell()
  }

  fileprivate static func processorNanos() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
