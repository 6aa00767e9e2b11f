public import Model

/// Moving targets out of the luma frames of one fixed camera.
///
/// A picture is reduced to means of cells, compared with an adaptive background, and the cells that
/// differ are joined to components, which are told as blobs once they have lasted for
/// `confirmFrames`. Integers throughout (only the final blobs have fractions): the same frames and
/// times give the same blobs. Cast shadows are taken out (`ShadowFilter`).
///
/// Cost: about 0.65 ms for a 720p frame with a few targets. No allocation after `init`. One owner, one
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
  private let shadows: ShadowFilter
  private var landmarks: Landmarks
  private var shake: ShakeEstimator
  private var sharpness: SharpnessWatch
  private var rollWatch: RollWatch
  private var aligned: Buffer<Int16>
  private let refiner: EdgeRefiner
  private let edgeEvidence: EdgeEvidence
  private var cells: Buffer<Int16>
  private let lines: Buffer<Int16>
  private var previousCells: Buffer<Int16>
  private var finder: ComponentFinder
  private let gate: ComponentGate
  private(set) var components = ComponentList()
  private(set) var confirmer: BlobConfirmer

  /// Where in the latest frame the background's origin lies, quarters of a cell.
  private(set) var shift = SIMD2<Int>(0, 0)
  /// Whether `cells` was shifted back; `aligned` then holds the frame as it came.
  private var isStraightened = false
  private var held = HeldShift()
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
    shadows = ShadowFilter(grid: grid)
    landmarks = Landmarks(grid: grid)
    shake = ShakeEstimator(grid: grid)
    sharpness = SharpnessWatch(grid: grid)
    rollWatch = RollWatch(grid: grid)
    aligned = Buffer(count: grid.count, repeating: 0)
    refiner = EdgeRefiner(grid: grid)
    edgeEvidence = EdgeEvidence(grid: grid)
    lines = Buffer(count: 4 * grid.stride, repeating: 0)
    cells = Buffer(count: grid.count, repeating: 0)
    previousCells = Buffer(count: grid.count, repeating: 0)
    finder = ComponentFinder(grid: grid)
    gate = ComponentGate(grid: grid, parameters: parameters)
    confirmer = BlobConfirmer(grid: grid, confirmFrames: parameters.confirmFrames)
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
    CellAverage.average(
      luma: luma, stride: stride, grid: grid, mask: mask, lines: lines,
      into: cells)
    let verdict = judge(time, body)
    bringBack()
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
    switch isWarm ? rollWatch.judge(cells, mean: model.mean, mask: mask, time: time) : .steady {
    case .steady: break
    case .rolling: return .rolling
    case .lasting:
      counters.sceneChanges &+= 1
      seed(time, warmUpNanos: parameters.warmUpNanos / 3)
      return .sceneChange
    }
    let isLightSteady = !followLight()
    let hasMoved = hasMoved(time, isLightSteady: isLightSteady)
    if hasMoved { followMove() }
    straighten()
    switch isWarm
      ? sharpness.judge(cells, mean: model.mean, landmarks: landmarks, time: time) : .sharp
    {
    case .sharp: break
    case .unsharp: return .unsharp
    case .lasting:
      seed(time, warmUpNanos: parameters.warmUpNanos / 3)
      return .unsharp
    }
    seedFrames += 1
    let framesMin = warmUpNanos < parameters.warmUpNanos ? 4 : 8
    if !isWarm && seedFrames >= framesMin && time.nanos(since: seedTime) >= warmUpNanos {
      isWarm = true
    }
    model.update(
      cells, step: step(), toggled: marks.toggled, covered: marks.covered, weak: marks.weak,
      strong: marks.strong)
    refreshRange(isWhole: hasMoved)
    let differing = marks.apply(mask)
    marks.noteToggles()
    if differing * 100 > mask.openCount * parameters.sceneChangePercent {
      counters.sceneChanges &+= 1
      seed(time, warmUpNanos: parameters.warmUpNanos / 3)
      return .sceneChange
    }
    guard isWarm else { return .warmingUp }
    guard !hasMoved else { return .moved }
    marks.dropHalo(cells: cells, mean: model.mean)
    marks.smooth()
    shadows.apply(to: marks, cells: cells, mean: model.mean, radius: rimRadius)
    marks.smooth()
    marks.join(radius: joinRadius)
    findComponents()
    tell(body)
    cover()
    return .ok
  }

  /// Finds how far the camera shook, and whether it looks elsewhere for good; not while the light
  /// changes, when nothing fits.
  private mutating func hasMoved(_ time: Instant, isLightSteady: Bool) -> Bool {
    shift = SIMD2(0, 0)
    landmarks.follow(model.mean, mask)
    guard isLightSteady else { return false }
    shift = shake.shift(of: cells, mean: model.mean, landmarks: landmarks)
    return held.take(shift, time)
  }

  /// Takes the background along by whole cells to where the camera looks now; what is left of the
  /// shift is straightened.
  private mutating func followMove() {
    counters.moves &+= 1
    let whole = (shift &+ 2) &>> SIMD2(repeating: 2)
    model.move(by: whole, cells: cells, scratch: aligned)
    landmarks.begin(model.mean, mask)
    shake.restart()
    held = HeldShift()
    marks.covered.fill(0)
    shift = shift &- 4 &* whole
  }

  /// Shifts the cells back by what the camera shook.
  private mutating func straighten() {
    guard shift != SIMD2(0, 0) else { return }
    counters.shaken &+= 1
    shake.align(cells, by: shift, mean: model.mean, mask: mask, into: aligned)
    swap(&cells, &aligned)
    isStraightened = true
  }

  /// Makes `cells` the frame as it came.
  private mutating func bringBack() {
    guard isStraightened else { return }
    swap(&cells, &aligned)
    isStraightened = false
  }

  /// About as wide as the edge of a shadow is.
  private var rimRadius: Int { max(1, (grid.rows + 60) / 120) }

  private var joinRadius: Int { max(1, (grid.rows + 160) / 200) }

  /// An eighth of the rows in turn: the mean changes slowly.
  private func refreshRange(isWhole: Bool) {
    guard !isWhole else { return model.refreshRange(rows: 0..<grid.rows) }
    let part = (grid.rows + 7) / 8
    let first = Int(frameNumber % 8) * part
    model.refreshRange(rows: min(first, grid.rows)..<min(first + part, grid.rows))
  }

  /// Notes where the confirmed targets are, one cell wider on all sides.
  private func cover() {
    marks.beginCover()
    for index in 0..<components.count where confirmer.standing(of: index).isConfirmed {
      marks.cover(components[index])
    }
    marks.endCover()
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
    bringBack()
    shift = SIMD2(0, 0)
    model.seed(cells)
    landmarks.begin(model.mean, mask)
    sharpness.restart()
    rollWatch.restart()
    shake.restart()
    held = HeldShift()
    confirmer.removeAll()
    hasSeed = true
    marks.covered.fill(0)
    isWarm = false
    seedTime = time
    seedFrames = 0
    self.warmUpNanos = warmUpNanos
  }

  /// Makes the background brighter or darker as a whole when the picture became so by 1/64 or more;
  /// a change by more than a quarter is left to be a change of scene.
  ///
  /// Returns whether the light changed.
  private mutating func followLight() -> Bool {
    let gain = statistics.gain(cells, over: model.mean)
    guard abs(gain) >= 4 else { return false }
    guard abs(gain) <= 64 else { return true }
    model.scale(by: gain, towards: cells)
    counters.gainSteps &+= 1
    return true
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
      ageMax: isWarm ? Int16(min(max(frames, 8), 31_000)) : -1,
      unrestRise: isWarm ? 48 : 192, frame: frameNumber)
  }

  private mutating func findComponents() {
    components.removeAll()
    finder.find(marks, cells: cells, mean: model.mean)
    for label in 0..<finder.labelCount {
      guard let component = finder.component(label), gate.admits(component) else { continue }
      components.insert(component)
    }
    components.joinFragments()
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

  /// Whether a component has stood still and has no edge in the picture, or none that the background
  /// has not: nothing stands there, the background is wrong. What came from elsewhere is a thing,
  /// unless the background has the edges that the picture lacks.
  private func isGhost(_ component: Component, _ standing: BlobConfirmer.Standing) -> Bool {
    let stillNanos = Int64(standing.stillFrames) * frameNanos
    guard stillNanos >= MotionParameters.ghostLostNanos else { return false }
    guard
      let steps = edgeEvidence.steps(
        of: component, marks: marks.weak, cells: cells, mean: model.mean)
    else { return false }
    let isClear = component.difference >= Int64(component.area) * MotionParameters.ghostLostMin
    if isClear && steps.background > 2 * steps.picture
      && steps.picture < MotionParameters.ghostEdgeLostMax
    {
      return true
    }
    return stillNanos >= MotionParameters.ghostNanos
      && steps.picture < max(MotionParameters.ghostEdgeMax, steps.background)
      && standing.ownTravel <= 2 * max(component.width, component.height)
  }

  private func blob(_ component: Component, _ standing: BlobConfirmer.Standing) -> Blob {
    let size = Double(grid.cellSize)
    let offset = SIMD2(Double(shift.x), Double(shift.y)) * size / Double(ShakeEstimator.quarters)
    let picture = SIMD4(
      Double(grid.width), Double(grid.height), Double(grid.width), Double(grid.height))
    let edges =
      (refiner.edges(of: component, cells: cells, model: model) * size
      + SIMD4(offset.x, offset.y, offset.x, offset.y))
      .clamped(lowerBound: .zero, upperBound: picture)
    let footColumn = refiner.footColumn(of: component, cells: cells, model: model) * size + offset.x
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
