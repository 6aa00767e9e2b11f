public import Model

/// A data-sharing agreement with one partner, as its file says it: who may receive which fields of
/// which events, for what, how precisely, how late and until when.
///
/// Everything that no rule releases is refused. The form of the file is told in
/// `Docs/Configuration.md`.
public struct Agreement: Sendable, Equatable {
  /// Name of the agreement for ever, a URN such as `urn:agreement:a-b:2026-03`.
  public var id: String
  /// Who gives, a URN.
  public var releaser: String
  /// Who receives, a URN.
  public var recipient: String
  /// SHA-256 of the signed paper document, 64 lower-case hexadecimal digits.
  public var documentDigest: String
  /// Who signed the paper document, at least one.
  public var signatories: [String]
  /// How the recipient's computer proves who it is.
  public var identity: PartnerIdentity
  /// First moment at which the agreement is in force.
  public var validFrom: WallTime
  /// First moment at which it is not in force any more.
  public var validUntil: WallTime
  /// What the recipient may use the data for; it states one of them with each request.
  public var purposes: [String]
  /// Whether it covers real events, those of exercises, or both (never in one feed).
  public var scope: ExerciseScope
  /// What kind of partner it is with, which bounds what the rules may release.
  public var profile: PartnerProfile
  /// How the recipient must handle what it gets.
  public var handling: HandlingCode
  /// The rules; the first one that matches an event decides, and no match refuses.
  public var rules: [AgreementRule]
  /// Events released in a minute at most, 1 ... 10,000,000; more wait.
  public var eventsPerMinute: Int
  /// Where the recipient is called with its events; `nil` when it comes for them.
  public var webhook: AgreedWebhook?
  /// SHA-256 of the agreement's file, 64 lower-case hexadecimal digits.
  public var digest: String

  /// Whether it is in force at `time`.
  public func isInForce(at time: WallTime) -> Bool { time >= validFrom && time < validUntil }
}

/// How a partner's computer proves who it is: by a certificate of one of the named authorities.
public struct PartnerIdentity: Sendable, Equatable {
  /// The URI that the certificate carries as its only subject alternative name of that kind.
  public var uri: String
  /// SHA-256 over the DER form of the certificates of authorities that may have issued it.
  public var issuerDigests: [String]
  /// Serial numbers of certificates that are not accepted any more: lower-case hexadecimal without
  /// leading zeros.
  public var deniedSerials: [String]
  /// SHA-256 over the public keys (DER SubjectPublicKeyInfo) that are not accepted any more.
  public var deniedKeyDigests: [String]
  /// The public key with which the partner cosigns the post's checkpoints, as a line
  /// `<name>+<id>+<base 64>`; `nil` when it is no witness.
  public var witnessKey: String?
}

/// Where a recipient that can only be called is called.
public struct AgreedWebhook: Sendable, Equatable {
  /// The longest address, bytes.
  public static let urlBytesMax = 1_024
  /// The address, `https://…`.
  public var url: String
  /// What the events are for, one of the agreement's purposes.
  public var purpose: String
  /// Events of one call at most, 1 ... 500; with 1 each is posted by itself, else in a list.
  public var eventsMax: Int
}

/// What kind of partner an agreement is with.
public enum PartnerProfile: String, Sendable, CaseIterable {
  /// A partner under the same rules of law.
  case partner = "partner"
  /// A third country: nothing that could identify a person is released, whatever the rules say.
  case thirdCountry = "third-country"
}

/// Which events an agreement covers.
public enum ExerciseScope: String, Sendable, CaseIterable {
  /// Real events only.
  case live
  /// Events of exercises only.
  case exercise
  /// Both, in two feeds.
  case both

  /// Whether events of an exercise (`true`) or real ones (`false`) are covered.
  public func covers(isExercise: Bool) -> Bool {
    switch self {
    case .live: !isExercise
    case .exercise: isExercise
    case .both: true
    }
  }
}

/// How the recipient must handle what it gets.
public struct HandlingCode: Sendable, Equatable {
  /// Traffic Light Protocol 2.0 (FIRST): who may be told.
  public enum TrafficLight: String, Sendable, CaseIterable {
    /// Anyone.
    case clear = "CLEAR"
    /// The recipient's community.
    case green = "GREEN"
    /// The recipient's organisation and its clients, who need to know.
    case amber = "AMBER"
    /// The recipient's organisation alone.
    case amberStrict = "AMBER+STRICT"
    /// The persons addressed alone.
    case red = "RED"
  }

  /// Handling codes of Europol's SIENA.
  public enum Europol: String, Sendable, CaseIterable {
    /// For the prevention and combating of crime.
    case h0 = "H0"
    /// Not in judicial proceedings without permission.
    case h1 = "H1"
    /// Not passed on without permission.
    case h2 = "H2"
    /// Other restrictions, told in the document.
    case h3 = "H3"
  }

  /// Whether the recipient may pass it on.
  public enum Onward: String, Sendable, CaseIterable {
    /// To nobody.
    case none
    /// After asking the releaser.
    case withPermission = "with-permission"
  }

  /// Who may be told.
  public var trafficLight: TrafficLight
  /// Europol's code, where the parties use it.
  public var europol: Europol?
  /// Whether it may be passed on.
  public var onward: Onward

  /// The label on each release, such as `TLP:AMBER+STRICT H2 onward:none`.
  public var label: String {
    "TLP:\(trafficLight.rawValue)" + (europol.map { " \($0.rawValue)" } ?? "")
      + " onward:\(onward.rawValue)"
  }
}
