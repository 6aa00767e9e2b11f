import ArgumentParser
import Captures

/// Who asks that evidence stays, until when and why; or that the hold ends.
struct HoldOptions: ParsableArguments {
  @Option(help: "The person or office that answers for the hold.")
  var owner: String?

  @Option(help: "The last day of the hold, UTC: 2027-03-01.")
  var until: String?

  @Option(help: "Why, in words.")
  var reason = ""

  @Flag(help: "End the hold.")
  var release = false

  func validate() throws {
    guard release != (owner != nil || until != nil), (owner == nil) == (until == nil) else {
      throw ValidationError("--owner and --until belong together; --release goes without them")
    }
    do {
      _ = try hold()
    } catch {
      throw ValidationError(error.reason)
    }
  }

  /// The hold; nothing to end one.
  func hold() throws(CaptureError) -> LegalHold? {
    guard let owner, let until else { return nil }
    return try LegalHold(owner: owner, until: until, reason: reason)
  }
}
