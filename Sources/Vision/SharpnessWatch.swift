import Model

/// Whether the picture still has the edges of the background: a lens out of focus, sprayed, wet or
/// fogged takes them away, while light and weather leave most of them.
///
/// At every fourth landmark the edge of the picture is compared with that of the background, both
/// relative to the brightness there, so that a change of light acts on both alike. Places that are as
/// bright as ever on the whole (the mean over 9 by 9 cells) are asked: where a target stands the
/// picture is another, and what is missing there says nothing of the lens. Where hardly any place is,
/// all are asked: paint takes nearly all edges away, a change of light leaves most.
///
/// After the idea of G. Lee, G. Lee and K. Lim, "Camera tampering detection by edge disappearance"
/// (Sensors 15(5), 2015, 10315), with the share of lost places in place of their sum of edges.
struct SharpnessWatch {
  let grid: CellGrid

  /// Fewest places that can be judged.
  static let seenMin = 24
  /// Least edge of the background that is asked, luma times 64: 20 steps. What a codec leaves of
  /// fainter ones changes with the light.
  static let edgeMin: Int32 = 20 * 64
  /// Share of lost edges, percent, that is a spoilt picture.
  static let lostMin = 70

  /// The same where all places are asked.
  static let paintedMin = 80

  /// What a frame's edges say.
  enum Judgement {
    case sharp
    case unsharp
    /// Unsharp for so long that the picture is to be learned as it is.
    case lasting
  }

  /// Since when the picture has lacked its edges, and in how many frames.
  private var since = Instant.distantPast
  private var frames = 0

  init(grid: CellGrid) { self.grid = grid }

  /// Forgets: the background is another.
  mutating func restart() { frames = 0 }

  /// Looks at a frame.
  mutating func judge(
    _ cells: borrowing Buffer<Int16>, mean: borrowing Buffer<Int16>,
    landmarks: borrowing Landmarks, time: Instant
  ) -> Judgement {
    guard hasLost(cells, mean: mean, landmarks: landmarks) else {
      frames = 0
      return .sharp
    }
    if frames == 0 { since = time }
    frames += 1
    let lasting = time.nanos(since: since)
    guard lasting < MotionParameters.unsharpNanosMax else { return .lasting }
    return .unsharp
  }

  /// Whether most edges are gone, in at least three quarters of the picture.
  private func hasLost(
    _ cells: borrowing Buffer<Int16>, mean: borrowing Buffer<Int16>,
    landmarks: borrowing Landmarks
  ) -> Bool {
    var bright = Edges()
    var all = Edges()
    for index in stride(from: 0, to: landmarks.places.count, by: 4) {
      let place = Int(landmarks.places[index])
      guard place >= 0, unsafe Landmarks.edge(mean.base + place, grid.stride) >= Self.edgeMin
      else { continue }
      let isLower = index / Landmarks.across * 2 >= Landmarks.down
      let isRight = index % Landmarks.across * 2 >= Landmarks.across
      let quarter = (isLower ? 2 : 0) + (isRight ? 1 : 0)
      let isLost = edge(cells, place) * 2 < edge(mean, place)
      all.count(quarter, isLost: isLost)
      if isAsBright(cells, mean, place) { bright.count(quarter, isLost: isLost) }
    }
    let isOtherLight = bright.seen.wrappedSum() * 4 < all.seen.wrappedSum()
    return isOtherLight
      ? all.areLost(share: Self.paintedMin) : bright.areLost(share: Self.lostMin)
  }

  /// Edges looked at and lost, by quarters of the picture.
  private struct Edges {
    var seen = SIMD4<Int>(repeating: 0)
    var lost = SIMD4<Int>(repeating: 0)

    mutating func count(_ quarter: Int, isLost: Bool) {
      seen[quarter] += 1
      if isLost { lost[quarter] += 1 }
    }

    /// Whether `share` percent of them are lost, on the whole and in at least three quarters.
    func areLost(share: Int) -> Bool {
      guard seen.wrappedSum() >= SharpnessWatch.seenMin,
        lost.wrappedSum() * 100 >= seen.wrappedSum() * share
      else { return false }
      var spoilt = 0
      for quarter in 0..<4 where seen[quarter] > 2 {
        if lost[quarter] * 100 >= seen[quarter] * share { spoilt += 1 }
      }
      return spoilt >= 3
    }
  }

  /// Edge relative to the brightness, times 1024.
  private func edge(_ cells: borrowing Buffer<Int16>, _ at: Int) -> Int32 {
    let edge = unsafe Landmarks.edge(cells.base + at, grid.stride)
    return edge * 1024 / (Int32(cells[at]) + Int32(SceneStatistics.blackOffset))
  }

  /// Whether the mean over every other of 9 by 9 cells differs by at most an eighth and 4 steps.
  private func isAsBright(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>, _ place: Int
  ) -> Bool {
    var x: Int32 = 0
    var m: Int32 = 0
    for row in -2...2 {
      for column in -2...2 {
        let at = place &+ 2 &* row &* grid.stride &+ 2 &* column
        x &+= Int32(cells[at])
        m &+= Int32(mean[at])
      }
    }
    return abs(x - m) <= m / 8 + 25 * 4 * 64
  }
}
