import Geodesy
import Model

extension SiteReader {
  /// Reads `lines` and `zones`.
  func readLines(of section: Section) {
    let remedy = "Choose another name: lines and zones share one list of names"
    let open = section.optional("lines")?.list(count: 0...64) ?? []
    let closed = section.optional("zones")?.list(count: 0...64) ?? []
    for (entry, isClosed) in open.map({ ($0, false) }) + closed.map({ ($0, true) }) {
      let line = entry.section { section -> SiteLine? in
        let nameEntry = section.required("name", example: "border")
        let name = nameEntry?.name()
        if let name, let nameEntry { claim(name, in: "a line name", at: nameEntry, remedy: remedy) }
        let points = readPoints(of: section, isClosed: isClosed)
        let sides = readSides(of: section, isClosed: isClosed)
        let words = readCrossing(of: section, isClosed: isClosed)
        guard let name, let points, let sides, let words else { return nil }
        return SiteLine(
          name: name, isClosed: isClosed, points: points, leftName: sides.0, rightName: sides.1,
          leftToRight: words.0, rightToLeft: words.1)
      }
      if let line { lines.append(line) }
    }
    if open.isEmpty, closed.isEmpty, list.errorCount == 0 {
      section.entry.error(
        .missingKey, expected: "at least one line or zone whose crossing is an event",
        remedy: "Add \"lines:\" with the border's points", found: "no line and no zone")
    }
  }

  private func readPoints(of section: Section, isClosed: Bool) -> [SIMD2<Double>]? {
    let example = "[{east: -60 m, north: 0 m}, {east: 60 m, north: 5 m}]"
    guard let entry = section.required("points", example: example),
      let entries = entry.list(count: (isClosed ? 3 : 2)...512)
    else { return nil }
    var points = entries.compactMap { $0.section { self.point(of: $0) } }
    guard points.count == entries.count else { return nil }
    if let repeated = Outline.firstRepeatedPoint(points, isClosed: isClosed) {
      entries[repeated].error(
        .geometry, expected: "points at least \(Outline.pointGapMin) m apart",
        remedy: isClosed
          ? "Remove one of them; a zone closes by itself" : "Remove one of them",
        found: "a point on top of its neighbour")
      return nil
    }
    if let (first, second) = Outline.firstSelfCrossing(points, isClosed: isClosed) {
      entries[second].error(
        .geometry, expected: "\(isClosed ? "a zone" : "a line") that does not meet itself",
        remedy: "Put the points in the order in which one walks along them",
        found: "a side from point \(second) that meets the side from point \(first)")
      return nil
    }
    if isClosed, signedArea(of: points) < 0 {
      list.warning(
        .geometry, at: entry.position, field: entry.path, found: "points in clockwise order",
        expected: "counter-clockwise order",
        remedy: "Nothing to do: they are used in reverse; reverse them to silence this")
      points.reverse()
    }
    return points
  }

  /// Names of the left and the right side; inside is left of a counter-clockwise zone.
  private func readSides(of section: Section, isClosed: Bool) -> (String, String)? {
    let (left, right) = isClosed ? ("inside", "outside") : ("left", "right")
    let example = "{\(left): homeland, \(right): neighbour}"
    let entry =
      isClosed ? section.optional("sides") : section.required("sides", example: example)
    guard let entry else { return isClosed ? (left, right) : nil }
    return entry.section { sides in
      let first = sides.required(left, example: "homeland")?.name()
      let second = sides.required(right, example: "neighbour")?.name()
      guard let first, let second else { return nil }
      guard first != second else {
        entry.error(
          .conflict, expected: "two different names", remedy: "Rename one side",
          found: "\(quoted(first)) on both sides")
        return nil
      }
      return (first, second)
    }
  }

  /// The words for crossing from left to right and back.
  private func readCrossing(of section: Section, isClosed: Bool) -> (String, String)? {
    let keys = isClosed ? ("outward", "inward") : ("left_to_right", "right_to_left")
    let example = "{\(keys.0): out, \(keys.1): in}"
    let entry =
      isClosed ? section.optional("crossing") : section.required("crossing", example: example)
    guard let entry else { return isClosed ? ("out", "in") : nil }
    return entry.section { crossing in
      let choices = [("in", "in"), ("out", "out")]
      let forth = crossing.required(keys.0, example: "out")?.choice(choices)
      let back = crossing.required(keys.1, example: "in")?.choice(choices)
      guard let forth, let back else { return nil }
      guard forth != back else {
        entry.error(
          .conflict, expected: "\"in\" for one direction and \"out\" for the other",
          remedy: "Change one of them", found: "\(quoted(forth)) for both")
        return nil
      }
      return (forth, back)
    }
  }
}
