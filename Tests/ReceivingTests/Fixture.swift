import Foundation
import Ledger

@testable import Receiving

/// A store in a folder of its own.
struct StoreFixture: ~Copyable {
  let folder: String
  let store: ReceiverStore

  init() throws {
    folder = NSTemporaryDirectory() + "receiving-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try ReceiverStore(path: folder + "/store.sqlite")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}

/// An event as a post sends it.
func event(
  _ sequence: UInt64, disposition: String = "reported", id: String = "e", retention: Int? = nil,
  confidence: String = "0.5"
) -> ReceivedEvent {
  let data =
    #"{"geometry":{"coordinates":[8.5,47.25],"type":"Point"},"properties":{"class":"person","#
    + #""confidence":\#(confidence),"disposition":"\#(disposition)","event_id":"\#(id)\#(sequence)","#
    + #""exercise":false,"post":"ford","version":1},"type":"Feature"}"#
  let text =
    #"{"data":\#(data),"datacontenttype":"application/geo+json","exercise":false,"#
    + #""handling":"TLP:AMBER","id":"\#(id)\#(sequence)/1","#
    + (retention.map { #""retentiondays":\#($0),"# } ?? "")
    + #""sequence":"\#(sequence)","source":"/posts/ford","specversion":"1.0","#
    + #""time":"2026-01-01T00:00:00Z","type":"org.vedette.crossing.v1"}"#
  return ReceivedEvent(Array(text.utf8)[...])!
}

func cursor(_ sequence: UInt64, epoch: UInt64 = 7) -> EventCursor {
  EventCursor(epoch: epoch, sequence: sequence)
}

/// A signed note, as a checkpoint that was taken.
func anyNote() -> SignedNote {
  var note = SignedNote(text: "ford/ledger/7\n")!
  note.sign(with: NoteSigner(name: "ford", algorithm: .ed25519, seed: Array(1...32))!)
  return note
}

extension ReceiverStore {
  /// Settles events 1 … as proven.
  func prove(
    _ sequences: ClosedRange<UInt64>, as state: EventState = .proven, of feed: String = "ford"
  ) async throws {
    try await settle(
      CheckedEvents(
        note: anyNote(),
        settled: sequences.map { Settlement(sequence: $0, state: state, bundle: [1]) }),
      epoch: 7, of: feed)
  }
}
