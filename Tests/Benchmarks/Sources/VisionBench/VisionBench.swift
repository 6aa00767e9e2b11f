import Glibc
import Model
import Simulation
import Vision

/// Processor time of the detector, from luma to boxes, on frames of 1280 by 720 pixels.
///
/// `VisionBench --write FILE COUNT` writes COUNT frames of the demonstration, raw luma;
/// `VisionBench FILE` runs through such a file and prints the median time of a frame in microseconds.
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
    } else if arguments.count == 2 {
      measure(arguments[1])
    } else {
      print("usage: VisionBench --write FILE COUNT | VisionBench FILE")
      exit(64)
    }
  }

  /// A wide view of a line with some walkers and a car, noise and swaying vegetation.
  private static func write(_ count: Int, to path: String) {
    guard let file = fopen(path, "wb") else { exit(74) }
    let camera = CameraDetail(
      device: "bench", format: .grey, width: width, height: height, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: .pi / 2, elevation: -0.3, roll: 0,
      horizontalFieldOfView: 1, rangeMetres: 100, azimuthSigma: 0.01, elevationSigma: 0.01)
    let sensor = Sensor(
      name: "camera", profile: "bench/bench", place: SIMD3(0, 0, 6), coverage: [],
      detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: .camera(camera))
    let site = Site(
      post: "bench",
      origin: GeographicOrigin(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200),
      lines: [], sensors: [sensor], links: [], configurationHash: "0")
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
      scenario: scenario, site: site, sensor: SensorID(0),
      pace: .immediate(start: Instant(monotonicNanos: 1_000_000_000)))
    for _ in 0..<count {
      _ = source.read(timeoutMilliseconds: 1_000) { _, bytes in
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
      }
    }
    fclose(file)
  }

  private static func measure(_ path: String) {
    guard let file = fopen(path, "rb") else { exit(66) }
    var luma = [UInt8](repeating: 0, count: width * height)
    var detector = MotionDetector(width: width, height: height)
    var times: [Int64] = []
    var frame: Int64 = 0
    var blobs = 0
    while fread(&luma, 1, luma.count, file) == luma.count {
      let time = Instant(monotonicNanos: 1_000_000_000 + frame * 40_000_000)
      let before = processorNanos()
      _ = detector.process(luma: luma.span.bytes, stride: width, time: time) { _ in blobs += 1 }
      if frame >= warmUp { times.append(processorNanos() - before) }
      frame += 1
    }
    guard !times.isEmpty else { exit(65) }
    times.sort()
    print("{\"microseconds\": \(Double(times[times.count / 2]) / 1_000), \"boxes\": \(blobs)}")
  }

  private static func processorNanos() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
