import CZstd

/// A reusable compression context.
///
/// Invariant for `@unchecked Sendable`: the context belongs to this value, which cannot be copied.
@safe
struct ZstandardCompressor: ~Copyable, @unchecked Sendable {
  // `@unchecked`: the context has one owner, this value, which cannot be copied.
  private let context: OpaquePointer

  /// A context for `level`, 1 (fastest) ... 19.
  init(level: Int) {
    guard let context = unsafe ZSTD_createCCtx() else {
      preconditionFailure("out of memory for a compression context")
    }
    unsafe self.context = context
    let level = Int32(clamping: min(max(level, 1), 19))
    _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  }

  deinit { _ = unsafe ZSTD_freeCCtx(context) }

  /// Puts what `source` holds, compressed into one frame, in place of what `target` held.
  borrowing func compress(
    _ source: borrowing ByteBuffer, into target: inout ByteBuffer
  ) throws(ZstandardFailure) {
    try source.withBytes { bytes throws(ZstandardFailure) in
      try compress(bytes, into: &target)
    }
  }

  /// Puts `bytes`, compressed into one frame, in place of what `target` held.
  borrowing func compress(_ bytes: RawSpan, into target: inout ByteBuffer) throws(ZstandardFailure)
  {
    let room = ZSTD_compressBound(bytes.byteCount)
    try unsafe target.replace(room: room) { output throws(ZstandardFailure) in
      let written = unsafe bytes.withUnsafeBytes { input in
        unsafe ZSTD_compress2(
          context, output.baseAddress, output.count, input.baseAddress, input.count)
      }
      if ZSTD_isError(written) != 0 { throw ZstandardFailure(written) }
      return written
    }
  }
}

/// A reusable decompression context.
///
/// Invariant for `@unchecked Sendable`: the context belongs to this value, which cannot be copied.
@safe
struct ZstandardDecompressor: ~Copyable, @unchecked Sendable {
  // `@unchecked`: the context has one owner, this value, which cannot be copied.
  private let context: OpaquePointer

  /// A context.
  init() {
    guard let context = unsafe ZSTD_createDCtx() else {
      preconditionFailure("out of memory for a decompression context")
    }
    unsafe self.context = context
  }

  deinit { _ = unsafe ZSTD_freeDCtx(context) }

  /// Puts what `bytes` decompress to, which must be `size` bytes, in place of what `target` held.
  borrowing func decompress(
    _ bytes: RawSpan, size: Int, into target: inout ByteBuffer
  ) throws(ZstandardFailure) {
    let declared = unsafe bytes.withUnsafeBytes { input in
      unsafe ZSTD_getFrameContentSize(input.baseAddress, input.count)
    }
    // Asked before memory is taken, so that a wrong size costs none.
    guard declared != vdt_zstd_content_size_error() else {
      throw ZstandardFailure(text: "not a Zstandard frame")
    }
    guard declared == vdt_zstd_content_size_unknown() || declared <= UInt64(size) else {
      throw ZstandardFailure(
        text: "the frame holds \(declared) bytes, the chunk says \(size)")
    }
    try unsafe target.replace(room: size) { output throws(ZstandardFailure) in
      let written = unsafe bytes.withUnsafeBytes { input in
        unsafe ZSTD_decompressDCtx(
          context, output.baseAddress, output.count, input.baseAddress, input.count)
      }
      if ZSTD_isError(written) != 0 { throw ZstandardFailure(written) }
      if written != size {
        throw ZstandardFailure(text: "\(written) bytes came out, the chunk says \(size)")
      }
      return written
    }
  }
}

/// What Zstandard said.
struct ZstandardFailure: Error {
  /// Its words.
  let text: String

  /// A failure in our own words.
  init(text: String) { self.text = text }

  /// The failure that a result stands for.
  init(_ result: Int) {
    text = unsafe ZSTD_getErrorName(result).map { unsafe String(cString: $0) } ?? "unknown error"
  }
}
