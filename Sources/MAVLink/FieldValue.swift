/// The value of one field, for display and for comparison: not for the hot path.
public enum FieldValue: Hashable, Sendable {
  /// The sender does not know it.
  case unknown
  /// A whole number in the unit of the wire.
  case integer(Int128)
  /// A number in the unit of the wire.
  case real(Float)
  /// Characters.
  case text(String)
  /// Several numbers.
  case list([FieldValue])

  init(_ value: some FixedWidthInteger) { self = .integer(Int128(value)) }

  init(_ value: (some FixedWidthInteger)?) {
    self = value.map { .integer(Int128($0)) } ?? .unknown
  }

  init(_ value: Float) { self = .real(value) }

  init(_ value: Float?) { self = value.map { .real($0) } ?? .unknown }

  init<let count: Int>(_ value: WireText<count>) { self = .text(value.text) }

  init<let count: Int, Value: FixedWidthInteger>(_ values: WireArray<count, Value>) {
    self = .list(values.indices.map { FieldValue(values[$0]) })
  }

  init<let count: Int, Value: FixedWidthInteger>(_ values: WireArray<count, Value?>) {
    self = .list(values.indices.map { FieldValue(values[$0]) })
  }

  init<let count: Int>(_ values: WireArray<count, Float>) {
    self = .list(values.indices.map { FieldValue(values[$0]) })
  }
}
