import BenchSupport
import CBenchThread
import Captures
import Glibc
import Model

/// Captures: recording cameras, replaying raw pictures, replaying an hour of detections.
///
///     CaptureBench FOLDER             measures all of that in files in FOLDER; exit 1 when a budget is missed
///     CaptureBench --write FILE       writes small messages without compression, for captures.py
@main
struct CaptureBench {
  static let origin = Instant(monotonicNanos: 1_000_000_000_000)

  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 3, arguments[1] == "--write" {
      try SmallMessages.write(to: arguments[2])
      return
    }
    guard arguments.count == 2, !arguments[1].hasPrefix("-") else {
      print("usage: CaptureBench FOLDER | --write FILE")
      exit(64)
    }
    let folder = arguments[1]
    mkdir(folder, 0o755)
    var verdicts = Verdicts()
    try Cameras.record(in: folder, &verdicts)
    try RawPictures.replay(in: folder, &verdicts)
    try Hour.replay(in: folder, &verdicts)
    print(verdicts.summary)
    exit(verdicts.hasFailed ? 1 : 0)
  }

  /// Processor seconds of this thread for `body`.
  static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    let before = vdt_bench_thread_nanos()
    try body()
    return Double(vdt_bench_thread_nanos() - before) * 1e-9
  }

  static func header(_ site: Site) -> CaptureHeader {
    CaptureHeader(
      post: site.post, captureEpoch: 1, software: "CaptureBench", configurationHash: "0",
      siteBundle: [], origin: .scenario)
  }

  static func options(_ compression: MCAPFormat.Compression) -> MCAPWriter.Options {
    var options = MCAPWriter.Options()
    options.compression = compression
    options.replacesExisting = true
    options.isSynchronised = false
    return options
  }

  /// A picture of a textured scene, with the noise of a sensor (two bits) and something that moves.
  static func picture(
    width: Int, height: Int, frame: Int, _ random: inout Generator, into luma: inout [UInt8]
  ) {
    var noise: UInt64 = 0
    for y in 0..<height {
      for x in 0..<width {
        if x % 32 == 0 { noise = UInt64(random.uniform() * 0x1p63) }
        luma[y * width + x] = UInt8(60 + (x / 9 * 7 + y / 7 * 5) % 90) + UInt8(noise & 3)
        noise >>= 2
      }
    }
    let left = frame * 3 % (width - 20)
    for y in height / 2..<height / 2 + 40 {
      for x in left..<left + 16 { luma[y * width + x] = 220 }
    }
  }
}

/// Messages as links and motion sensors give them, the same for every writer.
enum SmallMessages {
  static let count = 400_000
  static let payloadBytes = 120

  static func write(to path: String) throws {
    var options = CaptureBench.options(.none)
    options.chunkBytesMax = 1 << 20
    options.chunkNanosMax = .max
    let payload = [UInt8]((0..<payloadBytes).map { UInt8($0) })
    let seconds = try CaptureBench.processorSeconds {
      var writer = try MCAPWriter(path: path, profile: "", library: "bench", options: options)
      let channel = try writer.addChannel(topic: "small", messageEncoding: "raw", schema: 0)
      for number in 0..<count {
        let time = UInt64(number) * 1_000
        try writer.write(
          MCAPMessage(
            channel: channel, sequence: UInt32(number), logTime: time, publishTime: time),
          payload.span.bytes)
      }
      try writer.close()
    }
    print("{\"messages\": \(count), \"bytes\": \(payloadBytes), \"seconds\": \(seconds)}")
  }
}

/// Four cameras of 640 by 360 at 25 frames/s, recorded with zstd at level 1.
enum Cameras {
  private static let seconds = 10

  static func record(in folder: String, _ verdicts: inout Verdicts) throws {
    let site = Sites.cameras(count: 4, width: 640, height: 360, framesPerSecond: 25)
    var random = Generator(state: 4)
    // Eight pictures of each camera, over and over: making them must not be measured.
    let pictures = (0..<32).map { frame in
      var luma = [UInt8](repeating: 0, count: 640 * 360)
      CaptureBench.picture(width: 640, height: 360, frame: frame, &random, into: &luma)
      return luma
    }
    var bytes = 0
    let used = try CaptureBench.processorSeconds {
      var writer = try CaptureWriter(
        path: folder + "/cameras.mcap", header: CaptureBench.header(site), site: site,
        options: CaptureBench.options(.zstandard(level: 1)))
      for frame in 0..<seconds * 25 {
        for camera in 0..<4 {
          let time = CaptureBench.origin.advanced(byNanos: Int64(frame * 4 + camera) * 10_000_000)
          let picture = pictures[(frame * 4 + camera) % 32]
          try writer.append(
            frame: Sites.frame(camera, frame, time, width: 640, height: 360),
            bytes: picture.span.bytes,
            source: SourceID(UInt16(camera + 1)))
        }
      }
      bytes = writer.bytesWritten
      try writer.close()
    }
    unlink(folder + "/cameras.mcap")
    let share = used / Double(seconds) * 100
    print(
      "{\"name\": \"record-4-cameras\", \"core_percent\": \(decimal(share)), "
        + "\"bytes_per_second\": \(bytes / seconds)}")
    verdicts.check(
      "recording four 640x360 cameras at 25 frames/s with zstd, at most 25 % of a core",
      measured: "\(decimal(share, places: 1)) %", isMet: share <= 25)
  }
}

/// Raw luma of 720p at 25 frames/s, read back.
enum RawPictures {
  private static let frames = 250

  static func replay(in folder: String, _ verdicts: inout Verdicts) throws {
    let path = folder + "/raw.mcap"
    let site = Sites.cameras(count: 1, width: 1_280, height: 720, framesPerSecond: 25)
    var random = Generator(state: 7)
    var luma = [UInt8](repeating: 0, count: 1_280 * 720)
    CaptureBench.picture(width: 1_280, height: 720, frame: 1, &random, into: &luma)
    var writer = try CaptureWriter(
      path: path, header: CaptureBench.header(site), site: site,
      options: CaptureBench.options(.none))
    for frame in 0..<frames {
      let time = CaptureBench.origin.advanced(byNanos: Int64(frame) * 40_000_000)
      try writer.append(
        frame: Sites.frame(0, frame, time, width: 1_280, height: 720), bytes: luma.span.bytes,
        source: SourceID(1))
    }
    try writer.close()
    var rates: [Double] = []
    for _ in 0..<5 {
      let before = vdt_bench_nanos()
      var reader = try CaptureReader(path: path)
      var seen = 0
      while let item = try reader.next() {
        guard case .frame = item else { continue }
        seen += reader.withPayload { $0.byteCount == luma.count ? 1 : 0 }
      }
      precondition(seen == frames, "\(seen) of \(frames) pictures came back")
      rates.append(Double(frames) / 25 / (Double(vdt_bench_nanos() - before) * 1e-9))
    }
    unlink(path)
    let band = Band(of: rates)
    print("{\"name\": \"replay-720p\", \"times_real_time\": \(band.json)}")
    verdicts.check(
      "raw 720p luma is read at 50 times real time or faster", measured: band.text,
      isMet: band.median >= 50)
  }
}
