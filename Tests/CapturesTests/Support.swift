import Captures
import Glibc
import Model
import TestSupport

/// A folder that goes away with its test.
final class TemporaryFolder {
  let path: String

  init() {
    var name = Array("/tmp/vedette-captures-XXXXXX".utf8CString)
    path = name.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { _ = run("rm -rf '\(path)'") }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Runs a shell command and gives its status and what it printed.
func run(_ command: String) -> (status: Int32, output: String) {
  guard let pipe = popen(command + " 2>&1", "r") else { return (-1, "popen failed") }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, pipe)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return (pclose(pipe), String(decoding: bytes, as: UTF8.self))
}

/// Where the helper programs lie.
let toolsFolder: String = {
  let file = #filePath
  return file[..<file.lastIndex(of: "/")!] + "/Tools"
}()

/// Where frozen files lie, and whether they are to be recorded anew.
let fixturesFolder = String(toolsFolder.dropLast("Tools".count)) + "Fixtures"
let isRecording = getenv("VEDETTE_RECORD") != nil

/// Recorded data of outsiders beside the repository, where it is.
let sharedData: String = {
  let parts = #filePath.split(separator: "/").dropLast(4)
  return "/" + parts.joined(separator: "/") + "/shared/data"
}()

/// Whether the public `mcap` package can be used.
let hasPublicMCAP = run("python3 -c 'import mcap, zstandard, lz4'").status == 0
let hasFFmpeg = run("ffmpeg -version").status == 0
let hasSharedData = access(sharedData + "/dronekit_flight.tlog", R_OK) == 0

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

func writeFile(_ path: String, _ bytes: some Sequence<UInt8>) {
  let bytes = Array(bytes)
  let file = fopen(path, "w")!
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

/// Bytes of `range` that are partly repetitive, so that they compress a little.
func randomBytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count {
    let value = generator.next()
    let repeats = Int(value >> 60) + 1
    for _ in 0..<min(repeats, count - bytes.count) {
      bytes.append(UInt8(truncatingIfNeeded: value))
    }
  }
  return bytes
}

/// A site with two motion sensors, a camera and a link.
func makeSite() -> Site {
  func sensor(_ name: String, _ detail: Sensor.Detail) -> Sensor {
    Sensor(
      name: name, profile: "x/y", place: .zero, coverage: [], detectionProbability: 0.9,
      falseAlarmRate: 1, latencyNanos: 0, detail: detail)
  }
  func motion(_ isActiveLow: Bool) -> Sensor.Detail {
    .motion(
      MotionDetail(
        technology: .pir, chip: "post", line: "3", isActiveLow: isActiveLow, debounceNanos: 1,
        holdNanos: 1))
  }
  let camera = CameraDetail(
    device: "card:x", format: .grey, width: 64, height: 48, framesPerSecond: 5,
    isGroundCalibrated: true, azimuth: 0, elevation: -0.1, roll: 0, horizontalFieldOfView: 1,
    rangeMetres: 50, azimuthSigma: 0.01, elevationSigma: 0.01)
  return Site(
    post: "post-7",
    origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 8, heightMetres: 400),
    lines: [],
    sensors: [
      sensor("pir-1", motion(false)), sensor("gate \"left\"", .camera(camera)),
      sensor("beam-2", motion(true)),
    ],
    links: [SerialLink(name: "mast", device: "/dev/null", baud: 57_600)], configurationHash: "ab12")
}

func makeHeader(_ site: Site, exercise: String? = nil) -> CaptureHeader {
  CaptureHeader(
    post: site.post, captureEpoch: 18_446_744_073_709_551_615, software: "vedette 1.0",
    configurationHash: site.configurationHash, siteBundle: Array("post: post-7\n# ü\n".utf8),
    exercise: exercise, origin: .simulated,
    clock: ClockMap(
      instant: Instant(monotonicNanos: 5_000_000_000),
      wall: WallTime(unixNanos: 1_800_000_000_000_000_000), uncertaintyNanos: 1_500_000,
      state: .holdover))
}

/// A record of a capture with a copy of its bytes.
struct TakenItem: Equatable {
  var item: CaptureItem
  var recorded: Instant
  var payload: [UInt8]
}

/// Everything in a capture.
func readAll(_ path: String) throws -> [TakenItem] {
  var reader = try CaptureReader(path: path)
  var items: [TakenItem] = []
  while let item = try reader.next() {
    var payload: [UInt8] = []
    switch item {
    case .frame, .bytes, .event: payload = reader.withPayload { copy($0) }
    default: break
    }
    items.append(TakenItem(item: item, recorded: reader.recorded, payload: payload))
  }
  return items
}

func copy(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }

/// A message with its payload.
struct TakenMessage: Equatable {
  var message: MCAPMessage
  var payload: [UInt8]
}

/// All messages that can be read, whether the file was cut off, and the error that ended reading.
func readMessages(
  _ path: String
) -> (messages: [TakenMessage], truncation: MCAPReader.Truncation?, error: CaptureError?) {
  var messages: [TakenMessage] = []
  do {
    var reader = try MCAPReader(path: path)
    do {
      while let message = try reader.next() {
        messages.append(
          TakenMessage(message: message, payload: reader.withPayload { copy($0) }))
      }
    } catch {
      return (messages, reader.truncation, error)
    }
    return (messages, reader.truncation, nil)
  } catch {
    return (messages, nil, error)
  }
}

/// Writes random messages and gives them back.
func writeRandom(
  _ path: String, seed: UInt64, count: Int, payloadMax: Int,
  compression: MCAPFormat.Compression, chunkBytesMax: Int = 4_096, directBytesMin: Int = 512
) throws -> [TakenMessage] {
  var generator = SeededGenerator(seed: seed)
  var options = MCAPWriter.Options()
  options.compression = compression
  options.chunkBytesMax = chunkBytesMax
  options.directBytesMin = directBytesMin
  options.replacesExisting = true
  var writer = try MCAPWriter(path: path, profile: "p", library: "l", options: options)
  try writer.writeMetadata(name: "m", [("a", "1"), ("ü", "")])
  let schema = try writer.addSchema(name: "s", encoding: "jsonschema", data: Array("{}".utf8))
  var channels: [UInt16] = []
  var messages: [TakenMessage] = []
  var time: UInt64 = 1_000
  for number in 0..<count {
    if channels.isEmpty || generator.next() % 40 == 0 {
      channels.append(
        try writer.addChannel(
          topic: "t\(channels.count)", messageEncoding: "raw",
          schema: channels.count.isMultiple(of: 2) ? 0 : schema, metadata: [("k", "v")]))
    }
    // Mostly forward, sometimes back, sometimes over the chunk's longest time.
    time &+= generator.next() % 1_000
    if generator.next() % 50 == 0 { time &-= 500 }
    if generator.next() % 97 == 0 { time &+= 2_000_000_000 }
    let message = MCAPMessage(
      channel: channels[Int(generator.next() % UInt64(channels.count))],
      sequence: UInt32(number), logTime: time, publishTime: time &+ generator.next() % 1_000)
    let payload = randomBytes(Int(generator.next() % UInt64(payloadMax + 1)), &generator)
    try writer.write(message, payload.span.bytes)
    messages.append(TakenMessage(message: message, payload: payload))
  }
  try writer.close()
  return messages
}
