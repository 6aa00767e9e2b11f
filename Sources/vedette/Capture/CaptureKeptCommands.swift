import ArgumentParser
import Captures
import Foundation
import Model

/// `vedette capture list`: what a post's flight recorder keeps.
struct CaptureListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the captures that a post's flight recorder keeps.")

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Flag(help: "Print JSON, one object a line.")
  var json = false

  /// A kept capture as JSON.
  private struct Line: Codable {
    var bytes: Int64
    var held: Bool
    var name: String
    var owner: String?
    var reason: String?
    var until: String?
  }

  mutating func run() async throws {
    let (folder, json) = (state + "/captures", json)
    try await reporting {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      for entry in try CaptureVault.entries(of: folder, now: Self.now) {
        let line = Line(
          bytes: entry.bytes, held: entry.isHeld, name: entry.name, owner: entry.hold?.owner,
          reason: entry.hold?.reason, until: entry.hold?.until)
        say(json ? String(decoding: try encoder.encode(line), as: UTF8.self) : Self.text(line))
      }
    }
  }

  private static var now: WallTime {
    WallTime(unixNanos: Int64(Date().timeIntervalSince1970 * 1e9))
  }

  private static func text(_ line: Line) -> String {
    let size = String(format: "%8.1f MiB", Double(line.bytes) / 1_048_576)
    guard line.held else { return "\(size)  \(line.name)" }
    guard let owner = line.owner, let until = line.until else {
      return "\(size)  \(line.name)  held: its hold.json cannot be read"
    }
    return "\(size)  \(line.name)  held for \(owner) until \(until)"
  }
}

/// `vedette capture hold`: evidence that the flight recorder must not let go.
struct CaptureHoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Puts a kept capture under legal hold, or ends the hold.",
    discussion: """
      A capture under legal hold is not let go by age or room until its last day is over. It goes on \
      counting against storage.recorder.keep.size; when held captures fill that, no new ones are \
      kept, and health says so.
      """)

  @Argument(help: "The capture, or its folder, in captures/ of the post's state folder.")
  var capture: String

  @OptionGroup var options: HoldOptions

  mutating func run() async throws {
    let command = self
    try await reporting {
      if let hold = try command.options.hold() {
        try CaptureVault.put(hold, on: command.capture)
        say("\(command.capture): held for \(hold.owner) until \(hold.until)")
      } else {
        try CaptureVault.endHold(on: command.capture)
        say("\(command.capture): no longer held")
      }
    }
  }
}
