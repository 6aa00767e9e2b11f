/// The characters of a calibration's picture, three by five dots.
enum Glyphs {
  static let width = 3
  static let height = 5
  /// Pixels of a dot.
  static let scale = 2

  /// Rows from the top; the highest of three bits is the left dot.
  static let rows: [Character: [UInt8]] = [
    "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7],
    "4": [5, 5, 7, 1, 1], "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 1, 2, 2],
    "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7], "-": [0, 0, 7, 0, 0], "E": [7, 4, 7, 4, 7],
    ".": [0, 0, 0, 0, 2], "N": [5, 7, 7, 7, 5], " ": [0, 0, 0, 0, 0], "m": [0, 7, 7, 5, 5],
  ]
}
