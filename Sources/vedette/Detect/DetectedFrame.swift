import Vision

/// What was found in one frame, as a line of JSON.
struct DetectedFrame {
  var frame = 0
  var blobs: [Blob] = []
  /// Processor time from luma to boxes.
  var nanos: Int64 = 0
  /// Name of the mask's file.
  var mask: String?

  mutating func clear(frame: Int) {
    self.frame = frame
    blobs.removeAll(keepingCapacity: true)
    mask = nil
  }

  /// The line, without its end; with `pose` also where each box stands.
  func json(pose: GroundProjection?) -> String {
    let boxes = blobs.map { "[\($0.box.x), \($0.box.y), \($0.box.z), \($0.box.w)]" }
    var line = "{\"frame\": \(frame), \"boxes\": [\(boxes.joined(separator: ", "))]"
    line += ", \"cpu_us\": \((nanos + 500) / 1_000)"
    // Names that `MaskFolder` makes need no escapes.
    if let mask { line += ", \"mask\": \"\(mask)\"" }
    if let pose {
      let places = blobs.map { place(of: $0, by: pose) }
      line += ", \"ground\": [\(places.joined(separator: ", "))]"
    }
    return line + "}"
  }

  private func place(of blob: Blob, by pose: GroundProjection) -> String {
    let sighting = pose.sighting(of: blob.foot, isCut: blob.isCutBelow)
    guard sighting.hasPosition else { return "null" }
    let sigma = (sighting.covariance.x + sighting.covariance.z).squareRoot()
    let numbers = [sighting.position.x, sighting.position.y, sigma]
    let centimetres = numbers.map { "\(($0 * 100).rounded() / 100)" }
    return "[\(centimetres.joined(separator: ", "))]"
  }
}
