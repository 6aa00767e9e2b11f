import Model

extension ByteBuffer {
  /// Appends an observation: first what a replay needs, at fixed places, then what people read.
  ///
  /// `sensor` is the sensor's name as a JSON value. Lengths are metres with three decimals, angles
  /// radians with five.
  mutating func appendJSON(_ observation: Observation, sensor: [UInt8]) {
    append("{\"source\":")
    appendJSON(observation.source.rawValue)
    append(",\"n\":")
    appendJSON(observation.sequence)
    append(",\"sensor\":")
    append(sensor)
    append(",\"time_ns\":")
    appendJSON(observation.time.monotonicNanos)
    switch observation.content {
    case .area(let isActive):
      append(",\"kind\":\"area\",\"active\":")
      append(isActive ? "true" : "false")
    case .detection(let detection): appendMembers(detection)
    case .scanEnd(let count, let frame):
      append(",\"kind\":\"scan_end\",\"count\":")
      appendJSON(count)
      append(",\"frame\":")
      appendJSON(frame)
    case .platform(let platform): appendMembers(platform)
    case .air(let report): appendMembers(report)
    case .health(let report):
      append(",\"kind\":\"health\",\"state\":\"")
      append(report.state.name)
      append("\",\"reason\":\"")
      append(report.reason.name)
      append("\",\"errno\":")
      appendJSON(report.systemError)
      append(",\"noticed_ns\":")
      appendJSON(report.time.monotonicNanos)
    case .clock(let map):
      append(",\"kind\":\"clock\",\"utc_ns\":")
      appendJSON(map.wall.unixNanos)
      append(",\"state\":\"")
      append(map.state.name)
      append("\",\"uncertainty_ns\":")
      appendJSON(map.uncertaintyNanos)
      append(",\"instant_ns\":")
      appendJSON(map.instant.monotonicNanos)
    }
    append(UInt8(ascii: "}"))
  }

  private mutating func appendMembers(_ detection: Detection) {
    append(",\"kind\":\"detection\"")
    if detection.hasPosition {
      append(",\"position\":")
      appendList(detection.position.x, detection.position.y, decimals: 3)
      append(",\"covariance\":[")
      appendJSON(detection.covariance.x, decimals: 6)
      append(UInt8(ascii: ","))
      appendJSON(detection.covariance.y, decimals: 6)
      append(UInt8(ascii: ","))
      appendJSON(detection.covariance.z, decimals: 6)
      append(UInt8(ascii: "]"))
    }
    append(",\"azimuth\":")
    appendList(Double(detection.azimuth), Double(detection.azimuthSigma), decimals: 5)
    append(",\"quality\":")
    appendJSON(Double(detection.quality), decimals: 3)
    append(",\"classes\":{")
    for target in TargetClass.allCases {
      append(target == .person ? "\"" : ",\"")
      append(target.name)
      append("\":")
      appendJSON(Double(detection.classScores[target]), decimals: 4)
    }
    append("},\"box\":[")
    for lane in 0..<4 {
      if lane > 0 { append(UInt8(ascii: ",")) }
      appendJSON(detection.box[lane])
    }
    append("],\"bits\":\"")
    appendBits(detection)
    append(UInt8(ascii: "\""))
  }

  private mutating func appendMembers(_ platform: PlatformState) {
    append(",\"kind\":\"platform\",\"position\":[")
    for lane in 0..<3 {
      if lane > 0 { append(UInt8(ascii: ",")) }
      appendJSON(platform.position[lane], decimals: 3)
    }
    append("],\"velocity\":[")
    for lane in 0..<3 {
      if lane > 0 { append(UInt8(ascii: ",")) }
      appendJSON(Double(platform.velocity[lane]), decimals: 3)
    }
    append("],\"heading\":")
    appendJSON(Double(platform.heading), decimals: 5)
    append(",\"position_sigma\":")
    appendJSON(Double(platform.positionSigma), decimals: 3)
    append(",\"footprint\":")
    appendList(platform.footprintCentre.x, platform.footprintCentre.y, decimals: 3)
    append(",\"footprint_radius\":")
    appendJSON(Double(platform.footprintRadius), decimals: 3)
    append(",\"bits\":\"")
    appendBits(platform)
    append(UInt8(ascii: "\""))
  }

  private mutating func appendMembers(_ report: AirReport) {
    append(",\"kind\":\"air\",\"broadcast\":\"")
    append(report.broadcast.name)
    append("\",\"class\":\"")
    append(report.target.name)
    append("\",\"position\":")
    appendList(report.position.x, report.position.y, decimals: 3)
    append(",\"height\":")
    appendJSON(Double(report.height), decimals: 3)
    append(",\"velocity\":")
    appendList(Double(report.velocity.x), Double(report.velocity.y), decimals: 3)
    append(",\"position_sigma\":")
    appendJSON(Double(report.positionSigma), decimals: 3)
    append(",\"bits\":\"")
    appendBits(report)
    append(UInt8(ascii: "\""))
  }

  private mutating func appendList(_ a: Double, _ b: Double, decimals: Int) {
    append(UInt8(ascii: "["))
    appendJSON(a, decimals: decimals)
    append(UInt8(ascii: ","))
    appendJSON(b, decimals: decimals)
    append(UInt8(ascii: "]"))
  }
}
