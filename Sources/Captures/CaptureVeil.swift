public import Model

/// Writes a capture anew with its pictures made unrecognisable or left out, for sharing outside.
///
/// The copy says of itself that it is one (`metadata` record `anonymised`, and a part in its header):
/// a replay then takes its samples at the times at which they were recorded, and does not expect the
/// events of the run, as vision no longer sees what it saw. Events, observations and positions stay as they
/// are: where somebody walked is still told, how he looked is not.
public struct CaptureVeil: Sendable {
  /// Changes a frame of the camera of that name and lends it; false for one that cannot be changed,
  /// which is then left out.
  public typealias Change = (_ camera: String, FrameHeader, RawSpan, (RawSpan) -> Void) -> Bool

  /// What came of it.
  public struct Report: Sendable, Equatable {
    /// Messages written.
    public var messages = 0
    /// Pictures changed, by camera.
    public var changed: [String: Int] = [:]
    /// Pictures left out because they could not be changed (damaged ones), by camera.
    public var leftOut: [String: Int] = [:]
    /// Pictures that stay as they were, by camera.
    public var untouched: [String: Int] = [:]
    /// Damaged places left out.
    public var chunksLost = 0
    /// Where the input was cut off, or nothing.
    public var truncation: MCAPReader.Truncation?
  }

  /// Name of the metadata record that tells what was done.
  public static let recordName = "anonymised"

  /// Cameras whose pictures are changed; nothing for all.
  public var cameras: Set<String>?
  /// What is done, for people: values of the metadata record.
  public var account: [String: String]

  /// A veil over the pictures of `cameras` (nothing: of all); `account` tells what is done.
  public init(cameras: Set<String>?, account: [String: String]) {
    self.cameras = cameras
    self.account = account
  }

  /// Writes `output` from `input`; on an error no file is left there.
  ///
  /// - Throws: when the input is no capture, when it lacks one of the cameras, when the output exists.
  public func run(
    from input: String, to output: String, options: MCAPWriter.Options = MCAPWriter.Options(),
    change: Change
  ) throws(CaptureError) -> Report {
    let first = try CaptureReader(path: input)
    for camera in (cameras ?? []).sorted() where !first.sources.contains("camera/\(camera)") {
      throw CaptureError(
        .badInput, operation: "anonymise", subject: input,
        reason: "it has no camera \"\(camera)\"; it has "
          + first.sources.filter { $0.hasPrefix("camera/") }.map { String($0.dropFirst(7)) }
          .joined(separator: ", "))
    }
    var writer = try MCAPWriter(
      path: output, profile: "vedette", library: first.header.software, options: options)
    do {
      var work = VeilWork(veil: self, reader: try MCAPReader(path: input))
      let report = try work.run(into: &writer, change)
      try writer.close()
      return report
    } catch {
      OutputFile.remove(output)
      throw error
    }
  }
}

/// The copying itself.
private struct VeilWork: ~Copyable {
  let veil: CaptureVeil
  var reader: MCAPReader
  var report = CaptureVeil.Report()
  private var records = CopiedRecords()
  private var taken = CopiedRecords.Input()
  private var isBegun = false

  init(veil: CaptureVeil, reader: consuming MCAPReader) {
    self.veil = veil
    self.reader = reader
  }

  mutating func run(
    into writer: inout MCAPWriter, _ change: CaptureVeil.Change
  ) throws(CaptureError) -> CaptureVeil.Report {
    while let message = try reader.nextSound(lost: &report.chunksLost) {
      try begin(&writer)
      guard let channel = reader.channels[Int(message.channel)] else { continue }
      var written = message
      written.channel = try records.number(
        of: channel, reader.schemas, from: &taken, in: &writer)
      if channel.topic.hasPrefix("camera/") {
        try write(written, pictureOf: String(channel.topic.dropFirst(7)), channel, &writer, change)
      } else {
        try reader.withPayload { bytes throws(CaptureError) in try writer.write(written, bytes) }
        report.messages += 1
      }
    }
    try begin(&writer)
    report.truncation = reader.truncation
    var counts: [(String, String)] = []
    for (word, cameras) in [
      ("changed", report.changed), ("left_out", report.leftOut), ("untouched", report.untouched),
    ] {
      for (camera, count) in cameras.sorted(by: { $0.key < $1.key }) {
        counts.append(("\(word).\(camera)", "\(count)"))
      }
    }
    try writer.writeMetadata(name: CaptureVeil.recordName + "_pictures", counts)
    return report
  }

  /// Metadata and attachments as far as they were met.
  private mutating func begin(_ writer: inout MCAPWriter) throws(CaptureError) {
    if !isBegun {
      isBegun = true
      for (name, values) in reader.metadata.sorted(by: { $0.key < $1.key })
      where name != CaptureVeil.recordName && name != CaptureVeil.recordName + "_pictures" {
        var values = values
        if name == CaptureHeader.recordName {
          // What is a part already stays the part that it is.
          values["part"] = [values["part"], "anonymised"].compactMap(\.self).joined(separator: ", ")
          values["part_start_ns"] = values["part_start_ns"] ?? "0"
          values["part_end_ns"] = values["part_end_ns"] ?? "\(Int64.max)"
        }
        try writer.writeMetadata(
          name: name, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
      }
      try writer.writeMetadata(
        name: CaptureVeil.recordName,
        veil.account.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    try CopiedRecords.take(reader.attachments, from: &taken, in: &writer)
  }

  private mutating func write(
    _ message: MCAPMessage, pictureOf camera: String, _ channel: MCAPChannel,
    _ writer: inout MCAPWriter, _ change: CaptureVeil.Change
  ) throws(CaptureError) {
    guard veil.cameras?.contains(camera) ?? true else {
      report.untouched[camera, default: 0] += 1
      report.messages += 1
      return try reader.withPayload { bytes throws(CaptureError) in
        try writer.write(message, bytes)
      }
    }
    var payload = ByteBuffer()
    var isChanged = false
    if let header = FrameHeader(metadata: channel.metadata, sensor: SensorID(0)) {
      let isBare = channel.messageEncoding != PictureMessage.encoding
      isChanged = reader.withPayload { bytes in
        Self.write(bytes, header, camera, isBare: isBare, change, to: &payload)
      }
    }
    guard isChanged else {
      report.leftOut[camera, default: 0] += 1
      return
    }
    report.changed[camera, default: 0] += 1
    report.messages += 1
    try payload.withBytes { bytes throws(CaptureError) in try writer.write(message, bytes) }
  }

  /// Writes the message with its picture changed; false when there is none in it.
  private static func write(
    _ bytes: RawSpan, _ header: FrameHeader, _ camera: String, isBare: Bool,
    _ change: CaptureVeil.Change, to message: inout ByteBuffer
  ) -> Bool {
    let place =
      isBare ? 0..<bytes.byteCount : PictureMessage.payload(of: header.format, in: bytes)
    guard let place else { return false }
    return change(camera, header, bytes.extracting(place)) { picture in
      if !isBare {
        // The picture is the last field: its length is all that changes before it.
        let head = place.lowerBound - PictureMessage.lengthBytes(of: place.count)
        message.append(bytes.extracting(0..<head))
        message.append(varint: UInt64(picture.byteCount))
      }
      message.append(picture)
    }
  }
}
