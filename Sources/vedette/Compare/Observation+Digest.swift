import Model
import Scoring

extension Observation.Content {
  /// What a comparison calls it; ticks of the clock are not compared.
  var said: RunRecord.Said? {
    switch self {
    case .area(let isActive): isActive ? .active : .inactive
    case .detection: .detection
    case .scanEnd: .scanEnd
    case .platform: .position
    case .air: .aircraft
    case .health: .health
    case .clock: nil
    }
  }

  /// Equal for equal values, to the last bit: FNV-1a over 64-bit words.
  var digest: UInt64 {
    var digest = Digest()
    switch self {
    case .area(let isActive): digest.take(UInt64(isActive ? 1 : 0))
    case .detection(let detection): digest.take(detection)
    case .scanEnd(let count, let frame):
      digest.take(UInt64(count))
      digest.take(UInt64(frame))
    case .platform(let platform): digest.take(platform)
    case .air(let report): digest.take(report)
    case .health(let report):
      digest.take(UInt64(report.state.rawValue))
      digest.take(UInt64(report.reason.rawValue))
      digest.take(UInt64(bitPattern: Int64(report.systemError)))
    case .clock: break
    }
    return digest.value
  }

  private struct Digest {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func take(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }
    mutating func take(_ number: Double) { take(number.bitPattern) }
    mutating func take(_ number: Float) { take(UInt64(number.bitPattern)) }

    mutating func take(_ detection: Detection) {
      take(UInt64(detection.hasPosition ? 1 : 0))
      for lane in 0..<2 { take(detection.position[lane]) }
      for lane in 0..<3 { take(detection.covariance[lane]) }
      take(detection.azimuth)
      take(detection.azimuthSigma)
      take(detection.angularWidth)
      for lane in 0..<8 { take(detection.classScores.lanes[lane]) }
      take(detection.quality)
      for lane in 0..<4 { take(UInt64(detection.box[lane])) }
    }

    mutating func take(_ platform: PlatformState) {
      for lane in 0..<3 { take(platform.position[lane]) }
      for lane in 0..<3 { take(platform.velocity[lane]) }
      take(platform.heading)
      take(platform.positionSigma)
      for lane in 0..<2 { take(platform.footprintCentre[lane]) }
      take(platform.footprintRadius)
    }

    mutating func take(_ report: AirReport) {
      take(UInt64(report.broadcast.rawValue))
      take(UInt64(report.target.rawValue))
      take(UInt64(report.claim.rawValue))
      take(report.sender)
      take(report.identity)
      take(UInt64(report.count))
      for lane in 0..<2 { take(report.position[lane]) }
      take(report.height)
      for lane in 0..<2 { take(report.velocity[lane]) }
      take(report.positionSigma)
    }
  }
}
