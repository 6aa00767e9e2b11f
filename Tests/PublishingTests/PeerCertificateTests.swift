import Foundation
import TestSupport
import Testing

@testable import Publishing

/// Certificates that openssl makes, and damaged ones.
@Suite struct PeerCertificateTests {
  private let folder = URL(fileURLWithPath: NSTemporaryDirectory())
    .appendingPathComponent("vedette-certificates-\(UUID().uuidString)")

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(arguments)")
  }

  /// A certificate and its authority, DER.
  private func make(key: String, extensions: String) throws -> (leaf: [UInt8], authority: [UInt8]) {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(extensions.utf8).write(to: folder.appendingPathComponent("ext"))
    try openssl("req -x509 \(key) -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem")
    try openssl("req \(key) -nodes -subj /CN=b -keyout b.key -out b.csr")
    try openssl(
      "x509 -req -in b.csr -CA ca.pem -CAkey ca.key -set_serial 0x00a1f -days 2 -extfile ext "
        + "-out b.pem")
    try openssl("x509 -in b.pem -outform DER -out b.der")
    try openssl("x509 -in ca.pem -outform DER -out ca.der")
    return (
      Array(try Data(contentsOf: folder.appendingPathComponent("b.der"))),
      Array(try Data(contentsOf: folder.appendingPathComponent("ca.der")))
    )
  }

  private static let ec = "-newkey ec -pkeyopt ec_paramgen_curve:"
  private static let partner =
    "subjectAltName=URI:urn:partner:b,DNS:x\nextendedKeyUsage=clientAuth\n"

  @Test(arguments: [ec + "P-256", ec + "P-384", "-newkey ed25519"])
  func `name, serial number, purpose and authority are read`(key: String) throws {
    let (leaf, authority) = try make(key: key, extensions: Self.partner)
    let known = try #require(PeerCertificate.Authority(der: authority))
    let peer = try #require(PeerCertificate(der: leaf, authorities: [known]))
    #expect(peer.uri == "urn:partner:b" && peer.serial == "a1f" && peer.isForClients)
    #expect(peer.issuerDigest == known.digest && peer.keyDigest.utf8.count == 64)
    // Another authority of the same name has not signed it.
    let (_, other) = try make(key: key, extensions: Self.partner)
    let namesake = try #require(PeerCertificate.Authority(der: other))
    #expect(namesake.subject == known.subject)
    #expect(PeerCertificate(der: leaf, authorities: [namesake])?.issuerDigest == nil)
  }

  @Test(arguments: [
    "subjectAltName=URI:urn:partner:b,URI:urn:partner:c\nextendedKeyUsage=clientAuth\n",
    "extendedKeyUsage=serverAuth\n", "subjectAltName=DNS:urn\n",
  ])
  func `no name, two names or another purpose are no partner's`(extensions: String) throws {
    let (leaf, _) = try make(key: Self.ec + "P-256", extensions: extensions)
    let peer = try #require(PeerCertificate(der: leaf, authorities: []))
    #expect(peer.uri == nil)
    #expect(peer.isForClients == extensions.contains("clientAuth"))
  }

  @Test func `a damaged certificate is never taken for the authority's`() throws {
    let (leaf, authority) = try make(key: Self.ec + "P-256", extensions: Self.partner)
    let known = try #require(PeerCertificate.Authority(der: authority))
    var random = SeededGenerator(seed: 4)
    for _ in 0..<400 {
      var bytes = leaf
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      if Bool.random(using: &random) { bytes.removeLast(.random(in: 1...20, using: &random)) }
      #expect(PeerCertificate(der: bytes, authorities: [known])?.issuerDigest == nil)
    }
  }
}
