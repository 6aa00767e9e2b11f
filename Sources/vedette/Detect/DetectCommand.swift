import ArgumentParser
import Captures
import Glibc
import Model
import SiteConfiguration
import Vision

/// `vedette detect`: vision alone on a video.
struct DetectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Runs vision alone on a video and writes the boxes of each frame as JSON lines.",
    discussion: """
      The video is Y4M, or anything that ffmpeg reads. Each line is {"frame": N, "boxes": \
      [[x, y, w, h], ...], "cpu_us": U}: frames count from 0, boxes are in pixels from the upper \
      left corner, largest first, U is the processor time from luma to boxes in microseconds. \
      Without --pose, sizes are bounded in pixels only; with it targets below 0.25 m on the ground \
      are left out too, and each line gets "ground": [[east, north, sigma], ...], one for each box, metres from below the \
      camera (null where the ground is not in view). What the pose's privacy_masks cover is not \
      looked at, and black in the overlay.
      """)

  @Argument(help: "The video.")
  var video: String

  @Option(help: "File for the JSON lines, - for standard output.")
  var out: String

  @Option(help: "The camera's pose (YAML: height, tilt, field_of_view; see Docs/Vision.md).")
  var pose: String?

  @Option(help: "Video with the boxes drawn in, H.264 by ffmpeg.")
  var overlay: String?

  @Option(help: "Folder for a mask of each frame (PGM, 255 where a target is); made when absent.")
  var masks: String?

  mutating func run() async throws {
    let command = self
    try await reporting { try command.detect() }
  }

  private func detect() throws {
    var reader = try VideoReader(path: video)
    let read = try pose.map {
      try PoseFile.read($0, width: reader.width, height: reader.height)
    }
    let pose = read.map { GroundProjection(camera: $0.camera, place: $0.place) }
    let polygons = read?.camera.privacyMasks ?? []
    let masked = MaskedPixels(width: reader.width, height: reader.height, polygons: polygons)
    var lines = try TextOutput(path: out)
    let masks = try masks.map { try MaskFolder(path: $0) }
    let rate = reader.framesPerSecond
    var overlay: OverlayVideo?
    if let path = self.overlay {
      overlay = OverlayVideo(
        try VideoWriter(
          path: path, width: reader.width, height: reader.height, framesPerSecond: rate))
    }
    var progress = Progress(total: VideoReader.frameCount(path: video))
    var parameters = MotionParameters()
    parameters.ground = pose
    parameters.privacyMasks = polygons
    var detector = MotionDetector(
      width: reader.width, height: reader.height, parameters: parameters)
    var result = DetectedFrame()
    while try reader.next() {
      let time = Instant(monotonicNanos: VideoReader.nanos(of: reader.frame, at: rate))
      result.clear(frame: reader.frame)
      let before = processorNanos()
      _ = detector.process(luma: reader.luma.span.bytes, stride: reader.width, time: time) {
        result.blobs.append($0)
      }
      result.nanos = processorNanos() - before
      if let masks {
        result.mask = try masks.write(
          frame: reader.frame, width: reader.width, height: reader.height, of: detector)
      }
      try lines.write(result.json(pose: pose))
      try overlay?.append(reader.luma, result.blobs, without: masked)
      progress.show(done: reader.frame + 1)
    }
    try lines.close()
    try overlay?.close()
    progress.end()
  }

  private func processorNanos() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
