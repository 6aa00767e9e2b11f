/// `privacy_masks`: parts of a camera's picture that are never looked at, in site and pose files.
enum PrivacyPolygons {
  /// Polygons of [x, y] in fractions of width and height; none without the key, `nil` when one is wrong.
  static func read(of section: Section) -> [[SIMD2<Double>]]? {
    guard let entry = section.optional("privacy_masks") else { return [] }
    guard let entries = entry.list(count: 0...32) else { return nil }
    let masks = entries.compactMap { entry -> [SIMD2<Double>]? in
      guard let corners = entry.list(count: 3...64) else { return nil }
      let points = corners.compactMap { corner -> SIMD2<Double>? in
        guard let pair = corner.list(count: 2...2) else { return nil }
        guard let x = pair[0].number(in: 0...1), let y = pair[1].number(in: 0...1) else {
          return nil
        }
        return SIMD2(x, y)
      }
      return points.count == corners.count ? points : nil
    }
    return masks.count == entries.count ? masks : nil
  }
}
