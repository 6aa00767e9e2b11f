/// A kind of quantity that is written with its unit.
enum Dimension: CaseIterable {
  case length
  case time
  case angle
  /// Events in a span of time.
  case rate
  case bytes

  /// A unit and how many of the base unit (metre, second, radian, per second, byte) it is.
  struct Unit {
    var symbol: String
    var factor: Double
  }

  /// What a message calls it.
  var name: String {
    switch self {
    case .length: "a length"
    case .time: "a time"
    case .angle: "an angle"
    case .rate: "a rate"
    case .bytes: "an amount of bytes"
    }
  }

  /// An example for messages.
  var example: String {
    switch self {
    case .length: "16 m"
    case .time: "50 ms"
    case .angle: "92 deg"
    case .rate: "4 /h"
    case .bytes: "2 GiB"
    }
  }

  /// The accepted units.
  var units: [Unit] {
    func list(_ pairs: KeyValuePairs<String, Double>) -> [Unit] {
      pairs.map { Unit(symbol: $0.key, factor: $0.value) }
    }
    return switch self {
    case .length: list(["mm": 0.001, "cm": 0.01, "m": 1, "km": 1_000])
    case .time:
      list([
        "ns": 1e-9, "us": 1e-6, "ms": 0.001, "s": 1, "min": 60, "h": 3_600, "d": 86_400,
      ])
    case .angle: list(["deg": .pi / 180, "mrad": 0.001, "rad": 1])
    case .rate: list(["/s": 1, "/min": 1.0 / 60, "/h": 1.0 / 3_600, "/d": 1.0 / 86_400])
    case .bytes:
      list([
        "B": 1, "KiB": 1_024, "MiB": 1_048_576, "GiB": 1_073_741_824,
        "TiB": 1_099_511_627_776,
      ])
    }
  }

  /// The accepted symbols for messages.
  var unitList: String { units.map(\.symbol).joined(separator: ", ") }
}

/// A number with the unit that stands behind it in the text.
struct Quantity: Equatable {
  var number: Double
  var unit: String

  /// What can be wrong with a text that should be a quantity.
  enum Flaw: Error, Equatable {
    /// No decimal number at the start.
    case noNumber
    /// A number and nothing behind it.
    case noUnit
    /// A unit of this dimension, which is another than asked for.
    case otherDimension(Dimension)
    /// A unit that is none.
    case unknownUnit(String)
  }

  /// Splits `text` into a decimal number (sign, digits, fraction, exponent) and what follows.
  ///
  /// Neither `inf` nor `nan` nor hexadecimal is a number here.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    var end = 0
    func isDigit(_ at: Int) -> Bool { at < bytes.count && bytes[at] >= 0x30 && bytes[at] <= 0x39 }
    func at(_ index: Int, _ any: String) -> Bool {
      index < bytes.count && any.utf8.contains(bytes[index])
    }
    if at(end, "+-") { end += 1 }
    guard isDigit(end) else { return nil }
    while isDigit(end) { end += 1 }
    if at(end, "."), isDigit(end + 1) {
      end += 1
      while isDigit(end) { end += 1 }
    }
    if at(end, "eE") {
      let digits = at(end + 1, "+-") ? end + 2 : end + 1
      if isDigit(digits) {
        end = digits
        while isDigit(end) { end += 1 }
      }
    }
    guard let number = Double(String(decoding: bytes[..<end], as: UTF8.self)), number.isFinite
    else { return nil }
    self.number = number
    while at(end, " ") { end += 1 }
    self.unit = String(decoding: bytes[end...], as: UTF8.self)
  }

  /// The value of `text` in the base unit of `dimension`.
  static func value(of text: String, in dimension: Dimension) throws(Flaw) -> Double {
    guard let quantity = Quantity(text) else { throw .noNumber }
    if quantity.unit.isEmpty { throw .noUnit }
    if let unit = dimension.units.first(where: { $0.symbol == quantity.unit }) {
      return quantity.number * unit.factor
    }
    for other in Dimension.allCases where other != dimension {
      if other.units.contains(where: { $0.symbol == quantity.unit }) {
        throw .otherDimension(other)
      }
    }
    throw .unknownUnit(quantity.unit)
  }
}
