import Glibc
import Model
import Testing

@testable import Devices

/// A UDP socket on loopback that plays the ground station.
private final class GroundStation {
  let descriptor: CInt
  let port: UInt16

  init() {
    let number = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    descriptor = number
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
  }

  deinit { close(descriptor) }

  /// All datagrams that came; whoever sent the last gets `answer`.
  func take(answering answer: [UInt8] = []) -> [[UInt8]] {
    var all: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 70_000)
    var sender = sockaddr_storage()
    for _ in 0..<100 {
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let count = withUnsafeMutablePointer(to: &sender) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
        }
      }
      guard count >= 0 else { break }
      all.append(Array(buffer[..<count]))
      guard !answer.isEmpty else { continue }
      withUnsafePointer(to: &sender) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = sendto(descriptor, answer, answer.count, 0, $0, length)
        }
      }
    }
    return all
  }
}

@Suite struct DatagramOutletTests {
  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  }

  private func bytes(of value: UInt8) -> [UInt8] { [value] }

  @Test func `bytes arrive in order, in datagrams that fit a frame`() throws {
    let station = GroundStation()
    let outlet = try DatagramOutlet(to: ForwardTarget(host: "127.0.0.1", port: station.port))
    #expect(!outlet.needsLookUp)
    let chunk = bytes(4_096)
    outlet.send(chunk.span.bytes)
    outlet.send(bytes(0).span.bytes)
    outlet.send(bytes(of: 7).span.bytes)
    let came = station.take()
    #expect(came.map(\.count) == [1_400, 1_400, 1_296, 1])
    #expect(came.flatMap { $0 } == chunk + [7])
    #expect(outlet.counts.sent == 4 && outlet.counts.dropped == 0)
  }

  @Test func `nothing that the station sends is taken in`() throws {
    let station = GroundStation()
    let outlet = try DatagramOutlet(to: ForwardTarget(host: "localhost", port: station.port))
    outlet.send(bytes(of: 1).span.bytes)
    #expect(station.take(answering: [1, 2, 3]).count == 1)
    outlet.send(bytes(of: 2).span.bytes)
    #expect(station.take() == [[2]])
    #expect(!outlet.hasUnread)
  }

  @Test func `what nobody listens to is dropped and counted, and heard once somebody does`() throws
  {
    let port = GroundStation().port
    let outlet = try DatagramOutlet(to: ForwardTarget(host: "127.0.0.1", port: port))
    for _ in 0..<4 { outlet.send(bytes(of: 1).span.bytes) }
    let counts = outlet.counts
    #expect(counts.sent + counts.dropped == 4 && counts.dropped >= 1)
  }

  @Test func `a name is dropped until it is looked up, and one that is none is counted`() throws {
    let outlet = try DatagramOutlet(to: ForwardTarget(host: "no-such-host.invalid", port: 9))
    #expect(outlet.needsLookUp)
    outlet.send(bytes(of: 1).span.bytes)
    #expect(!outlet.lookUp())
    outlet.send(bytes(of: 1).span.bytes)
    #expect(outlet.counts.sent == 0 && outlet.counts.dropped == 2)
    #expect(outlet.counts.failedLookups == 1)
  }

  @Test func `a look-up replaces the socket under the sender's feet`() throws {
    let station = GroundStation()
    let outlet = try DatagramOutlet(to: ForwardTarget(host: "127.0.0.1", port: station.port))
    for number in 0..<20 {
      outlet.send(bytes(of: UInt8(number)).span.bytes)
      #expect(outlet.lookUp())
    }
    #expect(station.take().flatMap { $0 } == (0..<20).map { UInt8($0) })
  }
}
