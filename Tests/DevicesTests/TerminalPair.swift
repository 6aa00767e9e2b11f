import CV4L2
import Glibc

/// A pseudo-terminal of the kernel's: the test writes on its master side, the reader under test
/// opens the terminal side. Closing hangs up, as pulling a plug does.
final class TerminalPair {
  /// Node of the terminal side.
  let path: String
  private var master: CInt

  init() {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var number: CUnsignedInt = 0
    var unlocked: CInt = 0
    precondition(
      master >= 0 && vdt_ioctl(master, Self.setLock, &unlocked) == 0
        && vdt_ioctl(master, Self.getNumber, &number) == 0, "No terminals left.")
    path = "/dev/pts/\(number)"
  }

  // TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h, which Swift cannot see.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  deinit { hangUp() }

  /// Writes as much as the kernel takes; answers how many bytes it was.
  func write(_ bytes: some Collection<UInt8>) -> Int {
    Array(bytes).withUnsafeBytes { max(0, Glibc.write(master, $0.baseAddress, $0.count)) }
  }

  /// What was written on the terminal side so far.
  func read() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(master, &bytes, bytes.count)
    return Array(bytes[..<max(0, count)])
  }

  /// Closes the master side.
  func hangUp() {
    if master >= 0 { close(master) }
    master = -1
  }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/vedette-devices-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "No temporary folder.")
    path = String(
      decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  private var names: Set<String> = []

  /// Lets `name` lead to `target`, replacing what it led to.
  func link(_ name: String, to target: String) -> String {
    names.insert(name)
    let place = "\(path)/\(name)"
    unlink(place)
    precondition(symlink(target, place) == 0, "No symbolic link.")
    return place
  }

  /// Takes `name` away.
  func remove(_ name: String) { unlink("\(path)/\(name)") }

  /// Makes an ordinary file.
  func file(_ name: String) -> String {
    names.insert(name)
    let place = "\(path)/\(name)"
    close(open(place, O_CREAT | O_WRONLY, 0o600))
    return place
  }
}
