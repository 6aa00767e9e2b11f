import Testing

/// A mistake put into a text of the fixture, and all that is said of it.
struct BadInput: Sendable, CustomTestStringConvertible {
  enum Text: Sendable { case site, pir, camera, copter }
  var name: String
  var text: Text
  var old: String
  var new: String
  var expected: [String]
  var testDescription: String { name }
}
