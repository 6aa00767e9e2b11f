import Glibc

/// A plain TCP connection to a server on loopback that reads with a deadline: what a simple client
/// of the feed does.
final class LoopbackConnection {
  private let descriptor: Int32
  private(set) var received: [UInt8] = []

  init(port: Int, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(text: "connect: errno \(errno)") }
  }

  deinit { close(descriptor) }

  struct Failure: Error { var text: String }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  func get(_ path: String, headers: String = "") {
    send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)\r\n")
  }

  var text: String { String(decoding: received, as: UTF8.self) }

  /// Reads until `isEnough` of the text so far, the peer closes, or `seconds` have passed.
  @discardableResult
  func read(seconds: Double = 10, until isEnough: (String) -> Bool) -> Bool {
    read(seconds: seconds, untilBytes: { isEnough(String(decoding: $0, as: UTF8.self)) })
  }

  /// As ``read(seconds:until:)`` without making text of it at each look: for what is large.
  func read(seconds: Double, untilBytes isEnough: ([UInt8]) -> Bool) -> Bool {
    var waited = 0.0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isEnough(received) {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard waited < seconds else { return false }
      if poll(&poller, 1, 100) == 0 {
        waited += 0.1
        continue
      }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return isEnough(received) }
      received += buffer[..<count]
    }
    return true
  }

  /// Whether the other side ends the connection within so many seconds.
  func isEnded(seconds: Double) -> Bool {
    var waited = 0.0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while waited < seconds {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&poller, 1, 100) == 0 {
        waited += 0.1
        continue
      }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return true }
      received += buffer[..<count]
    }
    return false
  }

  /// The `id:` lines of the event stream so far.
  var eventIDs: [String] {
    text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.map {
      String($0.dropFirst(4))
    }
  }
}
