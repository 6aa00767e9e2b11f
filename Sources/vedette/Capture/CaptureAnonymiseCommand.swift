import ArgumentParser
import Captures
import Model
import Perception

/// `vedette capture anonymise`: pictures made unrecognisable, for sharing outside.
struct CaptureAnonymiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anonymise",
    abstract: "Writes a capture with its pictures pixelated or black, whole or within regions.",
    discussion: """
      Pixelated pictures keep blocks of at least a fortieth of the width, and at least 16 pixels, each of \
      one of sixteen greys: nobody is told by them at the distances that cameras watch. Of who stands close \
      enough to fill much of the picture take larger ones (--block), or --blacken, which leaves nothing. A region is a polygon \
      in fractions of the picture, from the upper left corner: \
      --region "cam-west=0,0 0.3,0 0.3,1 0,1"; each block that it touches is covered. Without --camera \
      and --region all pictures of all cameras are covered whole; capture cut --without-pictures leaves \
      them out.

      Pictures that cannot be changed (damaged ones) are left out. The capture says of itself what was \
      done (metadata "anonymised"); it is a part: its replay takes samples at their own times, and \
      vision sees blocks, so that its events are not the run's, which stand in it as they were. Events, \
      detections, positions and the site file are not changed: they tell where and when somebody \
      walked. Events cite no picture by its digest, so nothing in them breaks. Snapshots beside a kept \
      capture are files of their own: do not hand them on.
      """)

  @Argument(help: "The capture; it is left as it is.")
  var capture: String

  @Option(help: "Cover the whole pictures of this camera; may be given again.")
  var camera: [String] = []

  @Option(help: "CAMERA=x,y x,y x,y: cover this polygon of its pictures; may be given again.")
  var region: [String] = []

  @Option(help: "Pixels of a block's side; less than the least is taken for that.")
  var block = 0

  @Flag(help: "Black instead of blocks.")
  var blacken = false

  @Option(name: .shortAndLong, help: "The capture to write; one that is there is not overwritten.")
  var output: String

  @Flag(help: "Print the summary as JSON.")
  var json = false

  /// The veil of a camera where a closure can reach it.
  private final class Veil {
    var veil: FrameVeil
    init(_ veil: consuming FrameVeil) { self.veil = veil }
  }

  func validate() throws {
    guard (0...4_096).contains(block) else {
      throw ValidationError("--block takes pixels, at most 4096")
    }
    guard !blacken || block == 0 else { throw ValidationError("--blacken goes without --block") }
    let regions = try self.regions()
    for name in camera where regions[name] != nil {
      throw ValidationError("camera \(name) is covered whole by --camera; leave out its --region")
    }
  }

  mutating func run() async throws {
    let command = self
    let report = try await reporting { try command.anonymise() }
    say(json ? Self.json(report) : text(report))
    for (camera, count) in report.leftOut.sorted(by: { $0.key < $1.key }) {
      complain("\(count) pictures of \(camera) could not be changed and are left out")
    }
    if let truncation = report.truncation {
      complain(
        "the capture is cut off at byte \(truncation.offset), \(truncation.bytesLost) bytes lost; "
          + "\(output) holds the part before")
    }
    if report.truncation != nil || report.chunksLost > 0 { throw ExitStatus.wrong }
  }

  private func anonymise() throws -> CaptureVeil.Report {
    let regions = try self.regions()
    let isAll = camera.isEmpty && regions.isEmpty
    let manner: FrameVeil.Manner = blacken ? .blacken : .pixelate(block: block)
    var account = ["method": blacken ? "black" : "pixelated", "software": "vedette"]
    if !blacken {
      account["block_pixels"] = "at least \(max(block, 16)) and a fortieth of the width"
    }
    account["cameras"] =
      isAll ? "all, whole" : (camera.map { "\($0), whole" } + region).joined(separator: "; ")
    var veils: [String: Veil] = [:]
    return try CaptureVeil(
      cameras: isAll ? nil : Set(camera).union(regions.keys), account: account
    ).run(from: capture, to: output) { name, header, bytes, body in
      let veil = veils[name] ?? Veil(FrameVeil(manner, regions: regions[name] ?? []))
      veils[name] = veil
      return veil.veil.veil(header, bytes, body)
    }
  }

  /// The polygons of each camera.
  private func regions() throws -> [String: [[SIMD2<Double>]]] {
    var regions: [String: [[SIMD2<Double>]]] = [:]
    for text in region {
      guard let equals = text.lastIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("'\(text)' does not name its camera: write CAMERA=x,y x,y x,y")
      }
      let points = text[text.index(after: equals)...].split(separator: " ").map { point in
        point.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
      }
      guard points.count >= 3, points.allSatisfy({ $0.count == 2 }),
        points.allSatisfy({ $0.allSatisfy { (0...1).contains($0) } })
      else {
        throw ValidationError(
          "'\(text)': a region has at least three corners x,y in fractions, 0 to 1")
      }
      regions[String(text[..<equals]), default: []].append(points.map { SIMD2($0[0], $0[1]) })
    }
    return regions
  }

  private func text(_ report: CaptureVeil.Report) -> String {
    func told(_ counts: [String: Int]) -> String {
      counts.isEmpty
        ? "none"
        : counts.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
          .joined(separator: ", ")
    }
    return
      "\(output): \(report.messages) messages; pictures \(blacken ? "blackened" : "pixelated"): "
      + "\(told(report.changed)); as they were: \(told(report.untouched))"
  }

  private static func json(_ report: CaptureVeil.Report) -> String {
    func object(_ counts: [String: Int]) -> String {
      let members = counts.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value)" }
      return "{\(members.joined(separator: ","))}"
    }
    return #"{"changed":\#(object(report.changed)),"chunks_lost":\#(report.chunksLost),"#
      + #""is_truncated":\#(report.truncation != nil),"left_out":\#(object(report.leftOut)),"#
      + #""messages":\#(report.messages),"untouched":\#(object(report.untouched))}"#
  }
}
