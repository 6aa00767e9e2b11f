import Glibc
public import Model
import Synchronization

/// Passes a link's bytes on to one UDP address, and takes nothing from it.
///
/// Read-only by construction: nothing here reads the socket, the kernel drops whatever comes in for it
/// (a filter that accepts no packet), and no path leads back to the serial port.
///
/// One thread sends: one system call a datagram, no allocation, never waiting; what the kernel does not
/// take at once is dropped and counted. Another thread may look up the host meanwhile: it puts each new
/// socket in the place of the old one under the same number (`dup2`), so that the two never meet.
public final class DatagramOutlet: Sendable {
  /// Longest datagram, bytes: fits an Ethernet frame with IPv6 and a tunnel around it.
  public static let datagramMax = 1_400
  /// Time between two look-ups of a name that is known, and of one that is not yet, nanoseconds.
  public static let refreshNanos: Int64 = 60_000_000_000
  /// The same for one that is not known yet.
  public static let retryNanos: Int64 = 5_000_000_000

  /// Where the bytes go.
  public let target: ForwardTarget
  private let number: CInt
  private let sentDatagrams = Atomic<UInt64>(0)
  private let droppedDatagrams = Atomic<UInt64>(0)
  private let failedLookups = Atomic<UInt64>(0)

  /// An outlet to `target`. An address, or `localhost`, is connected at once; a name waits for
  /// ``lookUp()``, and what is sent before is dropped.
  ///
  /// - Throws: `DeviceError` when the kernel gives no descriptor.
  public init(to target: ForwardTarget) throws(DeviceError) {
    self.target = target
    // Holds the number until there is a socket; sending on it fails and is counted.
    number = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard number >= 0 else {
      throw DeviceError(operation: "open", subject: "/dev/null", systemError: errno)
    }
    _ = connect(isNumeric: true)
  }

  deinit { close(number) }

  /// Datagrams that the kernel took, datagrams that it did not, and look-ups that failed.
  public var counts: (sent: UInt64, dropped: UInt64, failedLookups: UInt64) {
    (
      sentDatagrams.load(ordering: .relaxed), droppedDatagrams.load(ordering: .relaxed),
      failedLookups.load(ordering: .relaxed)
    )
  }

  /// Whether the host is a name that must be looked up.
  public var needsLookUp: Bool { unsafe find(isNumeric: true) == nil }

  /// Sends `bytes` in as many datagrams as they take.
  public func send(_ bytes: RawSpan) {
    var start = 0
    while start < bytes.byteCount {
      let end = min(start + Self.datagramMax, bytes.byteCount)
      let sent = unsafe bytes.extracting(start..<end).withUnsafeBytes {
        unsafe Glibc.send(
          number, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
      }
      if sent == end - start {
        sentDatagrams.add(1, ordering: .relaxed)
      } else {
        droppedDatagrams.add(1, ordering: .relaxed)
      }
      start = end
    }
  }

  /// Looks the host up and sends there from now on; false, and counted, when it is not known. Blocks as
  /// long as the resolver takes: not for a thread that reads a device.
  public func lookUp() -> Bool {
    if connect(isNumeric: false) { return true }
    failedLookups.add(1, ordering: .relaxed)
    return false
  }

  private func connect(isNumeric: Bool) -> Bool {
    guard let list = unsafe find(isNumeric: isNumeric) else { return false }
    defer { unsafe freeaddrinfo(list) }
    var next = unsafe Optional(list)
    while let entry = unsafe next {
      let info = unsafe entry.pointee
      unsafe next = info.ai_next
      let fresh = unsafe socket(info.ai_family, info.ai_socktype | CInt(SOCK_CLOEXEC.rawValue), 0)
      guard fresh >= 0 else { continue }
      defer { close(fresh) }
      guard Self.refuseAll(fresh),
        unsafe Glibc.connect(fresh, info.ai_addr, info.ai_addrlen) == 0
      else { continue }
      if dup2(fresh, number) >= 0 { return fcntl(number, F_SETFD, FD_CLOEXEC) >= 0 }
    }
    return false
  }

  /// One step of a packet filter, as the kernel reads it (`struct sock_filter` of linux/filter.h).
  private struct FilterStep {
    /// BPF_RET | BPF_K: so many bytes of the packet are accepted, none.
    var code: UInt16 = 0x06
    var whenTrue: UInt8 = 0
    var whenFalse: UInt8 = 0
    var bytes: UInt32 = 0
  }

  /// The filter (`struct sock_fprog`).
  @unsafe private struct Filter {
    var count: UInt16 = 1
    var steps: UnsafeMutablePointer<FilterStep>
  }

  /// SO_ATTACH_FILTER of asm-generic/socket.h, which Swift cannot see.
  private static let attachFilter: CInt = 26

  /// Lets the kernel drop every packet that comes in for the socket.
  private static func refuseAll(_ socket: CInt) -> Bool {
    var step = FilterStep()
    return unsafe withUnsafeMutablePointer(to: &step) { steps in
      var filter = unsafe Filter(steps: steps)
      let size = socklen_t(unsafe MemoryLayout<Filter>.size)
      return unsafe setsockopt(socket, SOL_SOCKET, attachFilter, &filter, size) == 0
    }
  }

  /// Whether a packet waits to be read, which the filter forbids; for tests.
  var hasUnread: Bool {
    var byte: UInt8 = 0
    return unsafe recv(number, &byte, 1, CInt(MSG_DONTWAIT | MSG_PEEK)) >= 0
  }

  private func find(isNumeric: Bool) -> UnsafeMutablePointer<addrinfo>? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : 0)
    let host = isNumeric && target.host == "localhost" ? "127.0.0.1" : target.host
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, "\(target.port)", &hints, &list) == 0 else { return nil }
    return unsafe list
  }
}
