public import Model
public import Vision

/// Frames of one camera to detections on the ground, one scan a frame.
///
/// Luma is taken where it lies (GREY, NV12), unpacked (YUYV) or decoded (MJPEG), searched for moving
/// targets, and these are placed by the camera's pose. A frame that says something (verdict `ok`)
/// gives its detections and then `.scanEnd`; a frame that says nothing (damaged, of another size,
/// still learning, scene change, frozen, without contrast) gives no scan. Changes of what the
/// pictures are worth are told as health.
///
/// A pure function of the samples. Nothing is allocated here after `init` (libturbojpeg allocates and
/// frees working memory for each MJPEG frame). One owner, one thread at a time.
public struct CameraPerception: ~Copyable {
  /// What was done so far.
  public private(set) var counters = CameraCounters()

  private let sensor: SensorID
  private let width: Int
  private let height: Int
  private let projection: GroundProjection
  private var numbering: ObservationNumbering
  private var detector: MotionDetector
  private var health = CameraHealth()
  private var decoder = JPEGDecoder()
  private let luma: StateTable<UInt8>
  private let masked: MaskedPixels
  private let blobs: StateTable<Blob>
  private var lastFrame: UInt32?

  /// Most blobs of a frame.
  private static let blobsMax = 64

  /// Perception of camera `sensor` of `site`, whose observations come through `source`.
  ///
  /// Programmer error if the sensor is not a camera. `parameters` are the detector's; without them,
  /// the defaults with the camera's privacy masks.
  public init(
    site: Site, sensor: SensorID, source: SourceID, parameters: MotionParameters? = nil
  ) {
    guard let camera = site.sensors[sensor.index].camera else {
      preconditionFailure("sensor \(sensor.rawValue) of the site is not a camera")
    }
    self.sensor = sensor
    width = camera.width
    height = camera.height
    projection = GroundProjection(camera: camera, place: site.sensors[sensor.index].place)
    numbering = ObservationNumbering(source: source)
    detector = MotionDetector(
      width: camera.width, height: camera.height,
      parameters: parameters ?? MotionParameters(camera: camera))
    luma = StateTable(count: camera.width * camera.height, repeating: 0)
    masked = MaskedPixels(
      width: camera.width, height: camera.height, polygons: camera.privacyMasks)
    let nothing = Blob(
      box: .zero, edges: .zero, foot: .zero, area: 0, contrast: 0, quality: 0, age: 0,
      isCutBelow: false)
    blobs = StateTable(count: Self.blobsMax, repeating: nothing)
  }

  /// Takes one frame and tells what is in it.
  public mutating func take(
    _ header: FrameHeader, _ bytes: RawSpan, emit: (Observation) -> Void
  ) {
    take(header, bytes, record: { _, _ in }, emit: emit)
  }

  /// Takes one frame, hands what is worth recording of it to `record` (once), and tells what is in
  /// it.
  ///
  /// An MJPEG frame is recorded as delivered, any other as its luma in format `grey`; a frame that is
  /// refused as delivered. With privacy masks every frame is recorded as luma in which the masked
  /// pixels are black, and of a refused frame only the header: what lies in it is not known, so
  /// nothing of it is kept. The same frames taken again from the record give the same observations.
  /// `record` is called after all observations; its span is valid during the call only.
  public mutating func take(
    _ header: FrameHeader, _ bytes: RawSpan, record: (FrameHeader, RawSpan) -> Void,
    emit: (Observation) -> Void
  ) {
    counters.frames &+= 1
    noteGap(header.sequence)
    let plane = LumaPlane(header, byteCount: bytes.byteCount, width: width, height: height)
    switch plane {
    case _ where header.isDamaged:
      refuse(header, isDamage: true, emit)
      recordRefused(header, bytes, isDamage: true, record)
    case .missing:
      refuse(header, isDamage: false, emit)
      recordRefused(header, bytes, isDamage: false, record)
    case .compressed:
      switch decoder.decode(bytes, into: luma, width: width, height: height) {
      case .decoded:
        look(header, emit)
        if masked.isEmpty { record(header, bytes) } else { recordLuma(header, record) }
      case .damaged:
        refuse(header, isDamage: true, emit)
        recordRefused(header, bytes, isDamage: true, record)
      case .wrongSize:
        refuse(header, isDamage: false, emit)
        recordRefused(header, bytes, isDamage: false, record)
      }
    case .packed(let stride):
      LumaPlane.unpack(bytes, stride: stride, into: luma, width: width, height: height)
      look(header, emit)
      recordLuma(header, record)
    case .inPlace(let stride) where masked.isEmpty:
      look(header, bytes, stride: stride, emit)
      let end = stride * (height - 1) + width
      record(grey(header, stride: stride), bytes.extracting(first: end))
    case .inPlace(let stride):
      // Copied first: what is recorded is what was looked at, even if the driver goes on writing.
      LumaPlane.copy(bytes, stride: stride, into: luma, width: width, height: height)
      look(header, emit)
      recordLuma(header, record)
    }
    counters.overflows = detector.counters.overflows
  }

  /// Passes a report of the reader on, which replaces what the pictures said.
  public mutating func take(_ health: HealthReport, emit: (Observation) -> Void) {
    self.health.restart()
    emit(numbering.make(health.sensor, health.time, .health(health)))
  }

  // MARK: - Recording

  /// Whether parts of the picture must never be kept: then only what `record` is handed may be.
  public var hasPrivacyMasks: Bool { !masked.isEmpty }

  /// Records what stands in `luma`, without the masked pixels.
  private func recordLuma(_ header: FrameHeader, _ record: (FrameHeader, RawSpan) -> Void) {
    unsafe masked.blacken(UnsafeMutableBufferPointer(start: luma.base, count: luma.count))
    let bytes = unsafe UnsafeRawBufferPointer(start: luma.base, count: luma.count)
    record(grey(header, stride: width), unsafe bytes.bytes)
  }

  /// Records a refused frame; with masks only what makes a replay refuse it alike.
  private func recordRefused(
    _ header: FrameHeader, _ bytes: RawSpan, isDamage: Bool,
    _ record: (FrameHeader, RawSpan) -> Void
  ) {
    guard !masked.isEmpty else {
      record(header, bytes)
      return
    }
    var bare = grey(header, stride: 0)
    bare.isDamaged = isDamage
    record(bare, bytes.extracting(first: 0))
  }

  // MARK: - One frame

  private func grey(_ header: FrameHeader, stride: Int) -> FrameHeader {
    var grey = header
    grey.format = .grey
    grey.stride = Int32(stride)
    return grey
  }

  private mutating func noteGap(_ number: UInt32) {
    if let lastFrame {
      let gap = number &- lastFrame
      // A smaller number is a camera that was opened anew.
      if gap > 1 && gap < .max / 2 { counters.framesDropped &+= UInt64(gap - 1) }
    }
    lastFrame = number
  }

  private mutating func refuse(
    _ header: FrameHeader, isDamage: Bool, _ emit: (Observation) -> Void
  ) {
    if isDamage { counters.damaged &+= 1 } else { counters.wrongSize &+= 1 }
    tell(fault: isDamage ? .damagedData : .unsupportedMode, header.time, emit)
  }

  private mutating func tell(
    fault: HealthReason?, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    guard let (state, reason) = health.take(fault: fault, time: time) else { return }
    let report = HealthReport(sensor: sensor, state: state, reason: reason, time: time)
    emit(numbering.make(sensor, time, .health(report)))
  }

  /// Looks at the luma that was unpacked or decoded.
  private mutating func look(_ header: FrameHeader, _ emit: (Observation) -> Void) {
    let bytes = unsafe UnsafeRawBufferPointer(start: luma.base, count: luma.count)
    unsafe look(header, bytes.bytes, stride: width, emit)
  }

  private mutating func look(
    _ header: FrameHeader, _ bytes: RawSpan, stride: Int, _ emit: (Observation) -> Void
  ) {
    var count = 0
    let found = unsafe blobs.base
    let verdict = detector.process(luma: bytes, stride: stride, time: header.time) { blob in
      guard count < Self.blobsMax else { return }
      unsafe found[count] = blob
      count += 1
    }
    switch verdict {
    case .ok:
      tell(fault: nil, header.time, emit)
      scan(header, count, emit)
    case .warmingUp: break
    case .sceneChange:
      counters.sceneChanges &+= 1
      tell(fault: .sceneChange, header.time, emit)
    case .moved:
      counters.sceneChanges &+= 1
      tell(fault: .moved, header.time, emit)
    case .rolling:
      counters.blinded &+= 1
      tell(fault: .rolling, header.time, emit)
    case .unsharp:
      counters.blinded &+= 1
      tell(fault: .unsharp, header.time, emit)
    case .frozen:
      counters.blinded &+= 1
      tell(fault: .frozen, header.time, emit)
    case .noContrast:
      counters.blinded &+= 1
      tell(fault: .noContrast, header.time, emit)
    }
  }

  private mutating func scan(
    _ header: FrameHeader, _ count: Int, _ emit: (Observation) -> Void
  ) {
    var told: UInt16 = 0
    for index in 0..<count {
      guard let detection = detection(of: blobs[index]) else {
        counters.beyondRange &+= 1
        continue
      }
      told += 1
      emit(numbering.make(sensor, header.time, .detection(detection)))
    }
    counters.detections &+= UInt64(told)
    counters.scans &+= 1
    emit(
      numbering.make(sensor, header.time, .scanEnd(count: told, frame: header.sequence)))
  }

  /// The blob as a detection; nil if it is farther than the camera is believed.
  private func detection(of blob: Blob) -> Detection? {
    let sighting = projection.sighting(of: blob.foot, isCut: blob.isCutBelow)
    guard !sighting.isBeyondRange else { return nil }
    let size = SIMD2(blob.edges.z - blob.edges.x, blob.edges.w - blob.edges.y)
    let angularWidth = Float(projection.angularWidth(ofPixels: size.x))
    guard sighting.hasPosition else {
      return Detection(
        azimuth: Float(sighting.azimuth), azimuthSigma: Float(sighting.azimuthSigma),
        angularWidth: angularWidth, quality: blob.quality, box: blob.box)
    }
    let metres = size * projection.metresPerPixel(atRange: sighting.range)
    // A cut target shows less than its height.
    let scores =
      blob.isCutBelow
      ? ClassScores.uninformative
      : SizeLikelihood.scores(widthMetres: metres.x, heightMetres: metres.y)
    return Detection(
      position: sighting.position, covariance: sighting.covariance,
      azimuth: Float(sighting.azimuth), azimuthSigma: Float(sighting.azimuthSigma),
      angularWidth: angularWidth, classScores: scores, quality: blob.quality, box: blob.box)
  }
}
