/// How far an event in the store is to be believed.
public enum EventState: String, Sendable, CaseIterable {
  /// It waits for its proof.
  case pending
  /// Its record, every field that it says and its place in the log are proven.
  case proven
  /// It takes back what was given before; a recall discloses nothing, and so has no proof.
  case recall
  /// The post has signed it and gives no proof of it any more: the agreement has changed, or the
  /// record was erased. Told once.
  case unproven
  /// Its proof contradicts it. It is kept as evidence and handed to nobody.
  case refused

  /// Whether it is handed on to other software.
  public var isDeliverable: Bool { self == .proven || self == .recall || self == .unproven }
}
