import CDigestKernels

/// Where in a JSON text its strings and words can end, found for all of it at once: what a reader that
/// goes byte by byte would look for.
public enum TextMarks {
  /// Words about each 64 bytes.
  public static let wordsPerBlock = 3

  /// Words that the marks of `count` bytes take.
  public static func wordCount(of count: Int) -> Int { wordsPerBlock * (count / 64 + 1) }

  /// Writes ``wordsPerBlock`` words for each 64 bytes of `text` and for the rest, which may be none; bit i
  /// of each is about byte i. The first tells quotation marks, backslashes and bytes below 0x20, the second
  /// all that is none of a-z, 0-9, `+`, `-`, `.` and `E`, the third of that what is neither comma nor colon.
  /// Behind the end all bits are set. Allocates nothing.
  ///
  /// - Returns: whether there is a backslash or a byte above 0x7F.
  /// - Precondition: `marks` has room for ``wordCount(of:)``.
  public static func write(_ text: RawSpan, to marks: inout MutableSpan<UInt64>) -> Bool {
    precondition(marks.count >= wordCount(of: text.byteCount))
    return unsafe text.withUnsafeBytes { text in
      unsafe marks.withUnsafeMutableBufferPointer { marks in
        // Of no text the address is not looked at.
        var nothing: UInt8 = 0
        return unsafe withUnsafePointer(to: &nothing) { nothing in
          unsafe vdt_json_marks(
            text.bindMemory(to: UInt8.self).baseAddress ?? nothing, text.count,
            marks.baseAddress!)
        }
      }
    }
  }
}
