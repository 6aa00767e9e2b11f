extension BackgroundModel {
  /// What `update` does, in Swift: for processors without the instructions of the C loop, and for the
  /// test that both do the same.
  func updateByReference(
    _ cells: borrowing Buffer<Int16>, step: Step, toggled: borrowing Buffer<UInt64>,
    covered: borrowing Buffer<UInt64>, weak: borrowing Buffer<UInt64>,
    strong: borrowing Buffer<UInt64>
  ) {
    typealias Lanes = SIMD8<Int16>
    let bits = Lanes(1, 2, 4, 8, 16, 32, 64, 128)
    let zero = Lanes()
    let one = Lanes(repeating: 1)
    let contrastMin = Lanes(repeating: step.contrastMin)
    let deviations = Lanes(repeating: step.deviations)
    let shift = Lanes(repeating: step.shift)
    let ageMax = Lanes(repeating: step.ageMax)
    let ageTop = Lanes(repeating: Self.ageTop)
    let decay = Lanes(repeating: Self.ageDecay)
    let absorbShift = Lanes(repeating: 3)
    let floor = Lanes(repeating: Self.deviationMin)
    let ceiling = Lanes(repeating: Self.deviationMax)
    let margin = Lanes(repeating: 32)
    let unrestRise = Lanes(repeating: step.unrestRise)
    let unrestTop = Lanes(repeating: Self.unrestMax)
    let unrestShift = Lanes(repeating: Self.unrestShift)
    let rounding = Lanes(repeating: step.rounding(shift: step.shift))
    let unrestRounding = Lanes(repeating: step.rounding(shift: Self.unrestShift))
    let means = unsafe UnsafeMutableRawPointer(mean.base)
    let spreads = unsafe UnsafeMutableRawPointer(deviation.base)
    let unrests = unsafe UnsafeMutableRawPointer(unrest.base)
    let lows = unsafe UnsafeRawPointer(low.base)
    let highs = unsafe UnsafeRawPointer(high.base)
    let ages = unsafe UnsafeMutableRawPointer(age.base)
    let picture = unsafe UnsafeRawPointer(cells.base)
    let toggledBytes = unsafe UnsafeRawPointer(toggled.base)
    let coveredBytes = unsafe UnsafeRawPointer(covered.base)
    let weakBytes = unsafe UnsafeMutableRawPointer(weak.base)
    let strongBytes = unsafe UnsafeMutableRawPointer(strong.base)
    for group in 0..<grid.count / 8 {
      let at = group &* 16
      let x = unsafe picture.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let m = unsafe means.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let v = unsafe spreads.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let u = unsafe unrests.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let a = unsafe ages.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let lo = unsafe lows.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let hi = unsafe highs.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let wasToggled = unsafe toggledBytes.load(fromByteOffset: group, as: UInt8.self)
      let wasCovered = unsafe coveredBytes.load(fromByteOffset: group, as: UInt8.self)
      let isToggled = (Lanes(repeating: Int16(wasToggled)) & bits) .!= zero
      let isCovered = (Lanes(repeating: Int16(wasCovered)) & bits) .!= zero
      let d = x &- m
      let size = d.replacing(with: zero &- d, where: d .< zero)
      // How far outside of what the neighbourhood shows.
      let below = lo &- x
      var outside = x &- hi
      outside.replace(with: below, where: below .> outside)
      var threshold = v &* deviations
      threshold.replace(with: contrastMin, where: threshold .< contrastMin)
      threshold = threshold &+ u
      let differs = (size .> threshold) .& (outside .> (threshold &>> one))
      let differsBits = unsafe unsafeBitCast(differs, to: Lanes.self)
      let coveredBits = unsafe unsafeBitCast(isCovered, to: Lanes.self)
      let isStrong = differs .& (size .> (threshold &+ threshold))
      var newAge = (a &+ one).replacing(with: a &- decay, where: .!differs)
      newAge.replace(with: zero, where: newAge .< zero)
      newAge.replace(with: ageTop, where: newAge .> ageTop)
      let isOld = unsafe unsafeBitCast(newAge .> ageMax, to: Lanes.self)
      let follow = ((d &+ rounding) &>> shift) & ~coveredBits
      let absorb = (d &>> absorbShift) & differsBits & isOld
      unsafe means.storeBytes(of: m &+ follow &+ absorb, toByteOffset: at, as: Lanes.self)
      var bounded = size
      let bound = v &+ v &+ margin
      bounded.replace(with: bound, where: size .> bound)
      var newV = v &+ (((bounded &- v &+ rounding) &>> shift) & ~coveredBits)
      newV.replace(with: floor, where: newV .< floor)
      newV.replace(with: ceiling, where: newV .> ceiling)
      unsafe spreads.storeBytes(of: newV, toByteOffset: at, as: Lanes.self)
      let rise = unsafe unsafeBitCast(isToggled, to: Lanes.self) & unrestRise
      var newU = u &+ rise &- ((u &+ unrestRounding) &>> unrestShift)
      newU.replace(with: unrestTop, where: newU .> unrestTop)
      unsafe unrests.storeBytes(of: newU, toByteOffset: at, as: Lanes.self)
      unsafe ages.storeBytes(of: newAge, toByteOffset: at, as: Lanes.self)
      let strongBits = unsafe unsafeBitCast(isStrong, to: Lanes.self)
      unsafe weakBytes.storeBytes(
        of: UInt8(truncatingIfNeeded: (differsBits & bits).wrappedSum()), toByteOffset: group,
        as: UInt8.self)
      unsafe strongBytes.storeBytes(
        of: UInt8(truncatingIfNeeded: (strongBits & bits).wrappedSum()), toByteOffset: group,
        as: UInt8.self)
    }
    #if _endian(big)
      #error("marks are stored byte by byte: a big-endian machine needs them swapped")
    #endif
  }
}
