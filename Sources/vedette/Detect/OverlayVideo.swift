import Captures
import Vision

/// The video with the found boxes drawn in.
struct OverlayVideo: ~Copyable {
  private var writer: VideoWriter
  private var picture: [UInt8] = []

  init(_ writer: consuming VideoWriter) { self.writer = writer }

  /// Appends the frame `luma` with `blobs`: green boxes, two pixels thick; `masked` pixels are black.
  mutating func append(
    _ luma: [UInt8], _ blobs: [Blob], without masked: MaskedPixels
  ) throws(CaptureError) {
    let size = luma.count
    picture = luma
    picture.withUnsafeMutableBufferPointer { unsafe masked.blacken($0) }
    picture += repeatElement(128, count: 2 * size)
    for blob in blobs {
      let left = Int(blob.box.x)
      let top = Int(blob.box.y)
      let right = left + Int(blob.box.z)
      let bottom = top + Int(blob.box.w)
      for inset in 0..<2 {
        for x in left..<right {
          paint(x, top + inset)
          paint(x, bottom - 1 - inset)
        }
        for y in top..<bottom {
          paint(left + inset, y)
          paint(right - 1 - inset, y)
        }
      }
    }
    try writer.append(picture)
  }

  /// Ends the video.
  consuming func close() throws(CaptureError) { try writer.close() }

  private mutating func paint(_ x: Int, _ y: Int) {
    guard (0..<writer.width).contains(x), (0..<writer.height).contains(y) else { return }
    let at = y * writer.width + x
    let size = writer.width * writer.height
    // Pure green by BT.601.
    picture[at] = 145
    picture[size + at] = 54
    picture[2 * size + at] = 34
  }
}
