import Model

/// Numbers, ids and moments.
extension CanonicalText {
  /// Appends a whole number, clamped to what every JSON reader keeps exactly (RFC 7493, 2.2).
  mutating func integer(_ value: Int64) { decimal(value, places: 0) }

  /// Appends a count, clamped like ``integer(_:)``.
  mutating func integer(_ value: UInt64) {
    integer(Int64(min(value, UInt64(Self.magnitudeMax))))
  }

  /// Largest magnitude of the digits of a number: 15 digits always survive a double.
  static let magnitudeMax: Int64 = 999_999_999_999_999

  /// 10^`exponent`, 0 ... 15.
  @inline(__always)
  private static func power(_ exponent: Int) -> UInt64 { powers[exponent] }

  /// Appends `scaled` · 10^-`places` in the shortest decimal form.
  ///
  /// With more than 6 places a magnitude below 10^-6 is rounded to 6 places, because RFC 8785 would
  /// write it with an exponent.
  ///
  /// - Parameters:
  ///   - scaled: clamped to ±(10^15 - 1).
  ///   - places: digits after the point, 0 ... 9.
  mutating func decimal(_ scaled: Int64, places: Int) {
    var digits = min(scaled.magnitude, UInt64(Self.magnitudeMax))
    var places = places
    if places > 6 {
      let unit = Self.power(places - 6)
      if digits < unit {
        digits = (digits + unit / 2) / unit
        places = 6
      }
    }
    while places > 0, digits % 10 == 0 {
      digits /= 10
      places -= 1
    }
    // At least one digit stands before the point.
    let shown = max(Self.digitCount(digits), places + 1)
    let isNegative = scaled < 0 && digits > 0
    let size = (isNegative ? 1 : 0) + shown + (places > 0 ? 1 : 0)
    let text = unsafe claim(size)
    var end = size
    if places > 0 {
      unsafe Self.put(&digits, count: places, in: text, before: &end)
      end -= 1
      unsafe text[end] = UInt8(ascii: ".")
    }
    unsafe Self.put(&digits, count: shown - places, in: text, before: &end)
    if isNegative { unsafe text[0] = UInt8(ascii: "-") }
  }

  /// How many digits a number below 10^15 has, 0 for 0.
  private static func digitCount(_ value: UInt64) -> Int {
    // log10(2) is 1233 / 4096 from below: right, or one too few where the next power is reached.
    let guess = ((64 - value.leadingZeroBitCount) * 1233) >> 12
    return guess + (value >= power(guess) ? 1 : 0)
  }

  /// Takes the last `count` digits of `value`, two at a time, and puts them before `end`.
  @inline(__always)
  private static func put(
    _ value: inout UInt64, count: Int, in text: UnsafeMutablePointer<UInt8>, before end: inout Int
  ) {
    var left = count
    while left >= 2 {
      let pair = UInt32(truncatingIfNeeded: value % 100)
      value /= 100
      let tens = (pair * 103) >> 10
      end &-= 2
      unsafe text[end] = UInt8(truncatingIfNeeded: 0x30 + tens)
      unsafe text[end &+ 1] = UInt8(truncatingIfNeeded: 0x30 + pair - tens * 10)
      left &-= 2
    }
    guard left > 0 else { return }
    end &-= 1
    unsafe text[end] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    value /= 10
  }

  /// Appends `value` rounded to `places` digits after the point, ties to even; 0 when it is not a
  /// number, the largest magnitude when it is infinite.
  mutating func number(_ value: Double, places: Int) {
    let scaled = (value * Double(Self.power(places))).rounded(.toNearestOrEven)
    let limit = Double(Self.magnitudeMax)
    decimal(scaled.isNaN ? 0 : Int64(max(-limit, min(limit, scaled))), places: places)
  }

  /// Appends the lower-case hexadecimal text of `id` as a JSON string.
  mutating func uuid(_ id: EventID) {
    byte(UInt8(ascii: "\""))
    hexadecimal(id)
    byte(UInt8(ascii: "\""))
  }

  /// Appends the lower-case hexadecimal text of `id`.
  mutating func hexadecimal(_ id: EventID) {
    let text = unsafe claim(36)
    var at = 0
    for place in 0..<32 {
      if place == 8 || place == 12 || place == 16 || place == 20 {
        unsafe text[at] = UInt8(ascii: "-")
        at &+= 1
      }
      unsafe text[at] = id.digit(at: place)
      at &+= 1
    }
  }

  /// Appends a moment as a JSON string.
  mutating func timestamp(_ moment: UTCText) {
    let text = unsafe claim(UTCText.count + 2)
    unsafe text[0] = UInt8(ascii: "\"")
    for place in 0..<UTCText.count { unsafe text[place &+ 1] = moment.bytes[place] }
    unsafe text[UTCText.count + 1] = UInt8(ascii: "\"")
  }

  /// Appends `value` in `width` bytes, most significant first.
  mutating func bigEndian(_ value: UInt64, width: Int) {
    let text = unsafe claim(width)
    for place in 0..<width {
      unsafe text[place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - place)))
    }
  }
}

/// The powers of ten, from 10^0.
private let powers: InlineArray<16, UInt64> = [
  1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
  1_000_000_000_000_000,
]
