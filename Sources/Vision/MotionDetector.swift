public import Model

/// Moving targets out of the luma frames of one fixed camera.
///
/// A picture is reduced to means of cells, compared with an adaptive background, and the cells that
/// differ are joined to components, which are told as blobs once they have lasted for
/// `confirmFrames`. Integers throughout (only the final blobs have fractions): the same frames and
/// times give the same blobs. Cast shadows count as part of the target.
///
/// Cost: about 0.2 ms for a 720p frame with a few targets. No allocation after `init`. One owner, one
/// thread at a time.
public struct MotionDetector: ~Copyable {
  /// What was done so far.
  public private(set) var counters = DetectorCounters()

  private let parameters: MotionParameters
  let grid: CellGrid
  private let mask: PrivacyMask
  private let statistics: SceneStatistics
  private let model: BackgroundModel
  let marks: ForegroundMarks
  private let refiner: EdgeRefiner
  private let edgeEvidence: EdgeEvidence
  private var cells: Buffer<Int16>
  private var previousCells: Buffer<Int16>
  private var finder: ComponentFinder
  private(set) var components = ComponentList()
  private(set) var confirmer: BlobConfirmer

  private var hasSeed = false
  private var isWarm = false
  /// Learning since, frames of it, and how long it must last.
  private var seedTime = Instant.distantPast
  private var seedFrames = 0
  private var warmUpNanos: Int64
  private var lastTime = Instant.distantPast
  /// Mean time between frames.
  private var frameNanos: Int64 = 40_000_000
  private var equalFrames = 0
  private var equalSince = Instant.distantPast
  private var frameNumber: UInt32 = 0

  /// A detector for pictures of `width` by `height` pixels, each 16 ... 8192.
  ///
  /// Programmer error if a size or a parameter is out of its range.
  public init(width: Int, height: Int, parameters: MotionParameters = MotionParameters()) {
    precondition((1...60).contains(parameters.contrastMin), "contrastMin must be 1 ... 60")
    precondition((2...16).contains(parameters.deviations), "deviations must be 2 ... 16")
    precondition((1...10).contains(parameters.confirmFrames), "confirmFrames must be 1 ... 10")
    precondition((1...64).contains(parameters.areaCellsMin), "areaCellsMin must be 1 ... 64")
    self.parameters = parameters
    grid = CellGrid(width: width, height: height, cellSize: parameters.cellSize)
    mask = PrivacyMask(grid: grid, polygons: parameters.privacyMasks)
    statistics = SceneStatistics(grid: grid, mask: mask)
    model = BackgroundModel(grid: grid)
    marks = ForegroundMarks(grid: grid)
    refiner = EdgeRefiner(grid: grid)
    edgeEvidence = EdgeEvidence(grid: grid)
    cells = Buffer(count: grid.count, repeating: 0)
    previousCells = Buffer(count: grid.count, repeating: 0)
    finder = ComponentFinder(grid: grid)
    confirmer = BlobConfirmer(confirmFrames: parameters.confirmFrames)
    warmUpNanos = parameters.warmUpNanos
  }

  /// Looks at one frame, `height` rows of `width` pixels, `stride` bytes apart, taken at `time`, and
  /// calls `body` with each target in view, the largest first (at most 64).
  ///
  /// `body` is called only when the verdict is `ok`. Frames come in order of time. Programmer error
  /// if `luma` is shorter than the frame.
  public mutating func process(
    luma: RawSpan, stride: Int, time: Instant, _ body: (Blob) -> Void
  ) -> FrameVerdict {
    counters.frames &+= 1
    frameNumber &+= 1
    noteTime(time)
    swap(&cells, &previousCells)
    CellAverage.average(luma: luma, stride: stride, grid: grid, mask: mask, into: cells)
    let verdict = judge(time, body)
    if verdict != .ok {
      counters.framesWithoutScan &+= 1
      components.removeAll()
    }
    counters.overflows =
      finder.overflows &+ components.overflows &+ confirmer.overflows
    return verdict
  }

  private mutating func judge(_ time: Instant, _ body: (Blob) -> Void) -> FrameVerdict {
    if isFrozen(time) { return .frozen }
    guard statistics.spread(cells) >= parameters.spreadMin else { return .noContrast }
    guard hasSeed else {
      seed(time, warmUpNanos: parameters.warmUpNanos)
      return .warmingUp
    }
    followLight()
    seedFrames += 1
    if !isWarm && seedFrames >= 8 && time.nanos(since: seedTime) >= warmUpNanos { isWarm = true }
    model.update(cells, step: step(), weak: marks.weak, strong: marks.strong)
    let differing = marks.apply(mask)
    if differing * 100 > mask.openCount * parameters.sceneChangePercent {
      counters.sceneChanges &+= 1
      seed(time, warmUpNanos: parameters.warmUpNanos / 3)
      return .sceneChange
    }
    guard isWarm else { return .warmingUp }
    marks.dropHalo(cells: cells, mean: model.mean)
    marks.clean()
    // Joins over two cells of 4 pixels and more, or four of 2: the gap is about the same in pixels.
    marks.join(radius: grid.cellSize == 2 ? 2 : 1)
    findComponents()
    tell(body)
    return .ok
  }

  private mutating func noteTime(_ time: Instant) {
    let elapsed = time.nanos(since: lastTime)
    if lastTime != .distantPast && elapsed > 0 {
      let bounded = min(max(elapsed, 5_000_000), 1_000_000_000)
      frameNanos += (bounded - frameNanos) / 8
    }
    lastTime = time
  }

  /// Whether this frame equals the ones before it, for so long that no living picture does.
  private mutating func isFrozen(_ time: Instant) -> Bool {
    let isEqual = counters.frames > 1 && previousCells.isEqual(to: cells)
    if !isEqual {
      equalFrames = 0
      equalSince = time
      return false
    }
    equalFrames += 1
    return equalFrames >= parameters.frozenFrames
      && time.nanos(since: equalSince) >= parameters.frozenNanos
  }

  private mutating func seed(_ time: Instant, warmUpNanos: Int64) {
    model.seed(cells)
    confirmer.removeAll()
    hasSeed = true
    isWarm = false
    seedTime = time
    seedFrames = 0
    self.warmUpNanos = warmUpNanos
  }

  /// Makes the background brighter or darker as a whole when the picture became so by 1/64 or more;
  /// a change by more than a quarter is left to be a change of scene.
  private mutating func followLight() {
    let gain = statistics.gain(cells, over: model.mean)
    guard abs(gain) >= 4 && abs(gain) <= 64 else { return }
    model.scale(by: gain, towards: cells)
    counters.gainSteps &+= 1
  }

  private func step() -> BackgroundModel.Step {
    let framesOfMean = max(parameters.backgroundNanos / frameNanos, 2)
    let target = min(max(63 - framesOfMean.leadingZeroBitCount, 2), 9)
    // While learning, the mean of all frames since the seed.
    let learned = 64 - seedFrames.leadingZeroBitCount
    let frames = parameters.absorbNanos / frameNanos
    return BackgroundModel.Step(
      contrastMin: Int16(parameters.contrastMin * 64), deviations: Int16(parameters.deviations),
      shift: Int16(isWarm ? target : min(target, max(learned, 1))),
      ageMax: isWarm ? Int16(min(max(frames, 8), 31_000)) : -1, frame: frameNumber)
  }

  private mutating func findComponents() {
    components.removeAll()
    let areaMin = Int32(parameters.areaCellsMin)
    finder.find(marks, cells: cells, mean: model.mean)
    for label in 0..<finder.labelCount {
      guard let component = finder.component(label), component.area >= areaMin else { continue }
      // A faint one must be large.
      guard component.strong > 0 || component.area >= 4 * areaMin else { continue }
      guard isLargeEnough(component) else { continue }
      components.insert(component)
    }
    components.joinFragments()
    components.tighten(marks.weak, grid: grid, cells: cells, mean: model.mean)
  }

  /// Whether the longer side is at least `MotionParameters.sizeMetresMin` on the ground; always
  /// where the ground is not known.
  private func isLargeEnough(_ component: Component) -> Bool {
    guard let ground = parameters.ground else { return true }
    let size = Double(grid.cellSize)
    let foot = SIMD2(Double(component.left + component.right) / 2, Double(component.bottom)) * size
    let range = ground.sighting(of: foot).range
    guard range.isFinite else { return true }
    let side = Double(max(component.width, component.height)) * size
    return side * ground.metresPerPixel(atRange: range) >= MotionParameters.sizeMetresMin
  }

  private mutating func tell(_ body: (Blob) -> Void) {
    confirmer.take(components)
    for index in 0..<components.count {
      let standing = confirmer.standing(of: index)
      if isGhost(components[index], standing) {
        model.take(components[index], cells: cells, marks: marks.weak)
        counters.ghosts &+= 1
        continue
      }
      guard standing.isConfirmed else { continue }
      body(blob(components[index], standing))
      counters.blobs &+= 1
    }
  }

  /// Whether a component has stood still where it first showed, and has no edge in the picture:
  /// nothing stands there, the background is wrong. What came from elsewhere is a thing.
  private func isGhost(_ component: Component, _ standing: BlobConfirmer.Standing) -> Bool {
    guard Int64(standing.stillFrames) * frameNanos >= MotionParameters.ghostNanos,
      standing.ownTravel <= 2 * max(component.width, component.height)
    else { return false }
    let ratio = edgeEvidence.ratio(
      of: component, marks: marks.weak, cells: cells, mean: model.mean)
    return ratio.map { $0 < MotionParameters.ghostEdgeMax } ?? false
  }

  private func blob(_ component: Component, _ standing: BlobConfirmer.Standing) -> Blob {
    let size = Double(grid.cellSize)
    let picture = SIMD4(
      Double(grid.width), Double(grid.height), Double(grid.width), Double(grid.height))
    let edges =
      (refiner.edges(of: component, cells: cells, model: model) * size)
      .clamped(lowerBound: .zero, upperBound: picture)
    let footColumn = refiner.footColumn(of: component, cells: cells, model: model) * size
    let left = min(edges.x.rounded(.down), picture.x - 1)
    let top = min(edges.y.rounded(.down), picture.y - 1)
    let contrast = Float(component.difference) / Float(64 * component.area)
    return Blob(
      box: SIMD4(
        UInt16(left), UInt16(top), UInt16(max(edges.z.rounded(.up) - left, 1)),
        UInt16(max(edges.w.rounded(.up) - top, 1))),
      edges: edges, foot: SIMD2(footColumn, edges.w),
      area: component.area * Int32(grid.cellSize * grid.cellSize), contrast: contrast,
      quality: quality(component, standing, contrast: contrast), age: standing.hits,
      isCutBelow: Int(component.bottom) >= grid.rows)
  }

  /// A product of saturating terms, each 0.5 or so for what is barely believed.
  private func quality(
    _ component: Component, _ standing: BlobConfirmer.Standing, contrast: Float
  ) -> Float {
    let hits = Float(standing.hits)
    let lasting = hits / (hits + 1)
    let clear = min(1, 0.5 + contrast / Float(8 * parameters.contrastMin))
    let large = Float(component.area) / Float(component.area + 2)
    let moving = 0.4 + 0.6 * min(1, Float(standing.travel) / 16)
    return lasting * clear * large * moving
  }
}
