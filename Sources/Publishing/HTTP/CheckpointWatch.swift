import Ledger
import NIOCore
import Synchronization

/// The newest checkpoint for all streams: looked at once a second, encoded once.
final class CheckpointWatch: Sendable {
  /// What a stream has been told.
  struct Seen: Sendable {
    fileprivate var size: UInt64 = 0
  }

  private struct State {
    var size: UInt64 = 0
    var frame = ByteBuffer()
    var nextLook = ContinuousClock.now
  }

  private let proofs: any ProofSource
  private let state = Mutex(State())

  /// A watch over the checkpoints of `proofs`.
  init(_ proofs: any ProofSource) { self.proofs = proofs }

  /// The newest checkpoint as a Server-Sent Event without `id`, when the stream has not been told of it
  /// and has given, or withheld, all events up to its size; `sequence` is the stream's place.
  ///
  /// A checkpoint that cannot be read is not told: the ledger's thread tells what is wrong with it.
  func next(for sequence: UInt64, _ seen: inout Seen) -> ByteBuffer? {
    let isDue = state.withLock { state in
      guard state.nextLook <= .now else { return false }
      state.nextLook = .now + .seconds(1)
      return true
    }
    if isDue, let note = try? proofs.checkpoint(), let frame = Self.frame(note) {
      state.withLock { ($0.size, $0.frame) = frame }
    }
    return state.withLock { state in
      guard state.size > seen.size, state.size <= sequence else { return nil }
      seen.size = state.size
      return state.frame
    }
  }

  /// The size that `note` signs, and the event that carries it.
  private static func frame(_ note: [UInt8]) -> (UInt64, ByteBuffer)? {
    let text = String(decoding: note, as: UTF8.self)
    guard let signed = SignedNote(text), let checkpoint = Checkpoint(signed.text) else {
      return nil
    }
    var bytes = Array(#"event: checkpoint\#ndata: {"checkpoint":"#.utf8)
    CanonicalString.append(text, to: &bytes)
    bytes += Array("}\n\n".utf8)
    return (checkpoint.size, ByteBuffer(bytes: bytes))
  }
}
