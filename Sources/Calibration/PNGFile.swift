import CPNG

/// Writes pictures as PNG.
public enum PNGFile {
  /// A picture that could not be written.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// What the library said.
    public var description: String
  }

  /// Writes `canvas` to the file at `path`, in place of what it was: RGB, 8 bits a channel.
  ///
  /// - Throws: when the file cannot be written.
  public static func write(_ canvas: Canvas, to path: String) throws(Failure) {
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    unsafe image.width = png_uint_32(canvas.width)
    unsafe image.height = png_uint_32(canvas.height)
    unsafe image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    let isWritten = unsafe canvas.pixels.withUnsafeBytes { bytes in
      unsafe png_image_write_to_file(&image, path, 0, bytes.baseAddress, 0, nil)
    }
    guard isWritten == 0 else { return }
    let message = unsafe withUnsafeBytes(of: &image.message) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    unsafe png_image_free(&image)
    throw Failure(description: "cannot write \(path): \(message)")
  }
}
