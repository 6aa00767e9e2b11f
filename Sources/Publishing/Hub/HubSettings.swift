public import Streaming

/// Which hub a post publishes to, and what.
public struct HubSettings: Sendable, Equatable {
  /// One partner's stream at the hub, under one agreement.
  public struct Feed: Sendable, Equatable {
    /// The partner's name, the URI of its agreement.
    public var partner: String
    /// The word for it in subjects and files: `rel.<word>.<post>.<kind>`.
    public var word: String
    /// What the data is for, one of the agreement's purposes.
    public var purpose: String
    /// Whether it is the feed of exercises.
    public var isExercise: Bool

    /// A feed.
    public init(partner: String, word: String, purpose: String, isExercise: Bool) {
      self.partner = partner
      self.word = word
      self.purpose = purpose
      self.isExercise = isExercise
    }
  }

  /// Where the hub is.
  public var address: HubAddress
  /// The stream's name.
  public var stream: String
  /// Who gets what.
  public var feeds: [Feed]
  /// The folder in which each feed's place is kept.
  public var folder: String

  /// Settings.
  public init(address: HubAddress, stream: String, feeds: [Feed], folder: String) {
    self.address = address
    self.stream = stream
    self.feeds = feeds
    self.folder = folder
  }
}
