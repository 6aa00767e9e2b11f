extension Frame {
  /// The frame as one line of JSON, without a line end. For people and tools, not for the hot path.
  ///
  /// Keys: `time_us` (only if a time is given), `version`, `sequence`, `system`, `component`, `id`,
  /// `name` (null if the id is unknown), `signed`, then `fields` for the messages that are typed here
  /// or `payload` (hexadecimal, as on the wire) for all others. Fields bear the names and units of
  /// MAVLink's common.xml; a number that JSON cannot write (NaN, infinity) is null.
  public func jsonLine(timeMicros: UInt64? = nil) -> String {
    var line = JSONObject()
    if let timeMicros { line.add("time_us", timeMicros) }
    line.add("version", header.version.rawValue)
    line.add("sequence", header.sequence)
    line.add("system", header.systemID)
    line.add("component", header.componentID)
    line.add("id", header.messageID.rawValue)
    line.add("name", literal: header.messageID.definition.map { "\"\($0.name)\"" } ?? "null")
    line.add("signed", literal: header.isSigned ? "true" : "false")
    if let fields = typedFields {
      line.add("fields", literal: fields.text)
    } else {
      line.add("payload", literal: "\"\(payloadHexadecimal)\"")
    }
    return line.text
  }

  private var typedFields: JSONObject? {
    switch header.messageID {
    case .heartbeat: decode(Heartbeat.self)?.jsonFields
    case .systemTime: decode(SystemTime.self)?.jsonFields
    case .gpsRawInt: decode(GPSRawInt.self)?.jsonFields
    case .attitude: decode(Attitude.self)?.jsonFields
    case .globalPositionInt: decode(GlobalPositionInt.self)?.jsonFields
    case .cameraTrackingGeoStatus: decode(CameraTrackingGeoStatus.self)?.jsonFields
    default: nil
    }
  }

  private var payloadHexadecimal: String {
    withPayload { payload in
      let digits = Array("0123456789abcdef".utf8)
      var text: [UInt8] = []
      text.reserveCapacity(2 * payload.byteCount)
      unsafe payload.withUnsafeBytes { bytes in
        for offset in bytes.indices {
          let byte = unsafe bytes[offset]
          text.append(digits[Int(byte >> 4)])
          text.append(digits[Int(byte & 0xF)])
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}

/// A JSON object under construction: keys and numbers that need no escaping.
struct JSONObject {
  private var body = ""

  var text: String { "{\(body)}" }

  mutating func add(_ key: StaticString, literal: String) {
    if !body.isEmpty { body += "," }
    body += "\"\(key)\":\(literal)"
  }

  mutating func add(_ key: StaticString, _ value: some FixedWidthInteger) {
    add(key, literal: String(value))
  }

  mutating func add(_ key: StaticString, _ value: Float) {
    add(key, literal: value.isFinite ? value.description : "null")
  }
}

extension Heartbeat {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("type", type)
    fields.add("autopilot", autopilot)
    fields.add("base_mode", baseMode)
    fields.add("custom_mode", customMode)
    fields.add("system_status", systemStatus)
    fields.add("mavlink_version", mavlinkVersion)
    return fields
  }
}

extension SystemTime {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("time_unix_usec", unixMicros)
    fields.add("time_boot_ms", bootMillis)
    return fields
  }
}

extension GPSRawInt {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("time_usec", timeMicros)
    fields.add("fix_type", fixType)
    fields.add("lat", latitudeE7)
    fields.add("lon", longitudeE7)
    fields.add("alt", altitudeMillimetres)
    fields.add("eph", horizontalDilutionE2)
    fields.add("epv", verticalDilutionE2)
    fields.add("vel", groundSpeedCentimetresPerSecond)
    fields.add("cog", courseCentidegrees)
    fields.add("satellites_visible", satellitesVisible)
    fields.add("alt_ellipsoid", altitudeEllipsoidMillimetres)
    fields.add("h_acc", horizontalAccuracyMillimetres)
    fields.add("v_acc", verticalAccuracyMillimetres)
    fields.add("vel_acc", speedAccuracyMillimetresPerSecond)
    fields.add("hdg_acc", courseAccuracyE5)
    fields.add("yaw", yawCentidegrees)
    return fields
  }
}

extension Attitude {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("time_boot_ms", bootMillis)
    fields.add("roll", rollRadians)
    fields.add("pitch", pitchRadians)
    fields.add("yaw", yawRadians)
    fields.add("rollspeed", rollRadiansPerSecond)
    fields.add("pitchspeed", pitchRadiansPerSecond)
    fields.add("yawspeed", yawRadiansPerSecond)
    return fields
  }
}

extension GlobalPositionInt {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("time_boot_ms", bootMillis)
    fields.add("lat", latitudeE7)
    fields.add("lon", longitudeE7)
    fields.add("alt", altitudeMillimetres)
    fields.add("relative_alt", relativeAltitudeMillimetres)
    fields.add("vx", northCentimetresPerSecond)
    fields.add("vy", eastCentimetresPerSecond)
    fields.add("vz", downCentimetresPerSecond)
    fields.add("hdg", headingCentidegrees)
    return fields
  }
}

extension CameraTrackingGeoStatus {
  fileprivate var jsonFields: JSONObject {
    var fields = JSONObject()
    fields.add("tracking_status", trackingStatus)
    fields.add("lat", latitudeE7)
    fields.add("lon", longitudeE7)
    fields.add("alt", altitudeMetres)
    fields.add("h_acc", horizontalAccuracyMetres)
    fields.add("v_acc", verticalAccuracyMetres)
    fields.add("vel_n", northMetresPerSecond)
    fields.add("vel_e", eastMetresPerSecond)
    fields.add("vel_d", downMetresPerSecond)
    fields.add("vel_acc", velocityAccuracyMetresPerSecond)
    fields.add("dist", distanceMetres)
    fields.add("hdg", headingRadians)
    fields.add("hdg_acc", headingAccuracyRadians)
    fields.add("camera_device_id", cameraDeviceID)
    return fields
  }
}
