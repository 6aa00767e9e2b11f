import Glibc
import Vision

/// The folder for masks: a PGM file for each frame, 255 where a target is.
struct MaskFolder {
  private let path: String

  /// Makes the folder if it is not there.
  init(path: String) throws(TextOutput.Failure) {
    self.path = path
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw TextOutput.Failure(
        description: "cannot make the folder \(path): \(String(cString: strerror(errno)))")
    }
  }

  /// Writes the mask of the detector's latest frame and returns its file's name.
  func write(
    frame: Int, width: Int, height: Int, of detector: borrowing MotionDetector
  ) throws(TextOutput.Failure) -> String {
    var mask = [UInt8](repeating: 0, count: width * height)
    detector.drawMask(into: &mask)
    let digits = String(frame)
    let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".pgm"
    try TextOutput.write(Array("P5\n\(width) \(height)\n255\n".utf8) + mask, to: "\(path)/\(name)")
    return name
  }
}
