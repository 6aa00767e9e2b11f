import Foundation
import Logging
import Testing

@testable import Publishing

/// The desk over files that openssl made.
@Suite struct CertificateDeskTests {
  private let folder = URL(fileURLWithPath: NSTemporaryDirectory())
    .appendingPathComponent("vedette-desk-\(UUID().uuidString)")
  private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  private func make(_ name: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=\(name) -keyout \(name).key -out \(name).pem"
      .split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func put(_ source: String, at target: String) throws {
    let bytes = try Data(contentsOf: folder.appendingPathComponent(source))
    try bytes.write(to: folder.appendingPathComponent(target), options: .atomic)
  }

  @Test func `files that fit are used, those that do not leave what was in force`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["old", "new", "one", "other"] { try make(name) }
    try put("old.pem", at: "post.pem")
    try put("old.key", at: "post.key")
    try put("one.pem", at: "cas.pem")
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let desk = try CertificateDesk(
      PublishingSettings.TLS(
        certificateChainPath: path("post.pem"), privateKeyPath: path("post.key"),
        clientAuthoritiesPath: path("cas.pem")))
    let first = desk.context
    desk.look(logger)
    #expect(desk.context === first)
    // Between the two copies of a renewal the pair does not match.
    try put("new.key", at: "post.key")
    desk.look(logger)
    #expect(desk.context === first)
    try put("new.pem", at: "post.pem")
    desk.look(logger)
    let second = desk.context
    #expect(second !== first)
    let before = desk.authorities.map(\.digest)
    try put("other.pem", at: "cas.pem")
    desk.look(logger)
    #expect(desk.context !== second && desk.authorities.map(\.digest) != before)
    try FileManager.default.removeItem(at: folder.appendingPathComponent("cas.pem"))
    let third = desk.context
    desk.look(logger)
    #expect(desk.context === third && desk.authorities.count == 1)
  }
}
