import Glibc
import Ledger
import TestSupport

/// Changes every byte of bundles and of a ledger's files, one at a time: each must be refused.
enum ChangedBytes {
  static func check(_ folder: String) throws -> Bool {
    var ledger = try SampleLedger(folder: folder)
    var random = SeededGenerator(seed: 77)
    var isRight = true
    // One record: a proof without hashes. Six: two sides of a path, and a folder that is read quickly.
    for size in [UInt64(1), 6] {
      try ledger.grow(to: size)
      guard let prover = try ledger.prover() else { throw SampleError("nothing is signed") }
      let (bundle, _) = try SampleLedger.bundle(of: (size + 1) / 2, prover, &random)
      isRight = checkBundle(bundle, ledger.key) && isRight
    }
    return try checkFiles(ledger, &random) && isRight
  }

  /// Every byte of a bundle, by its lowest bit and by the one that tells capitals.
  private static func checkBundle(_ bundle: ReleaseBundle, _ key: NoteKey) -> Bool {
    guard case .sound = bundle.verdict(key: key) else { return tell(false, "a bundle is sound") }
    let json = bundle.json
    var passed: [Int] = []
    for place in json.indices {
      for bit in [UInt8(1), 32] {
        var changed = json
        changed[place] ^= bit
        guard let read = ReleaseBundle(changed), case .sound = read.verdict(key: key) else {
          continue
        }
        passed.append(place)
      }
    }
    return tell(
      passed.isEmpty,
      "a bundle of \(json.count) bytes is refused with any byte of it changed", "\(passed)")
  }

  /// Every byte that says something of the manifest, the checkpoint, the tree and the segment.
  private static func checkFiles(
    _ ledger: borrowing SampleLedger, _ random: inout SeededGenerator
  ) throws -> Bool {
    var isRight = true
    let segment = "00000000000000000001.vlog"
    for name in ["manifest", "checkpoint", "tree-00", segment] {
      let path = "\(ledger.folder)/\(name)"
      let file = open(path, O_RDWR)
      guard file >= 0 else { throw SampleError("\(path) cannot be opened") }
      defer { close(file) }
      let places = name == segment ? recordBytes(of: file) : Array(0..<size(of: file))
      var passed: [off_t] = []
      for place in places {
        var byte: UInt8 = 0
        pread(file, &byte, 1, place)
        var changed = byte ^ .random(in: 1...255, using: &random)
        pwrite(file, &changed, 1, place)
        if isSound(ledger) { passed.append(place) }
        pwrite(file, &byte, 1, place)
      }
      isRight =
        tell(
          passed.isEmpty && !places.isEmpty && isSound(ledger),
          "a ledger is refused with any of the \(places.count) bytes of \(name) changed",
          "\(passed)") && isRight
    }
    return isRight
  }

  private static func isSound(_ ledger: borrowing SampleLedger) -> Bool {
    do {
      let found = try LedgerVerification(directory: ledger.folder, key: ledger.key, threads: 1)
      return found.isSound && found.checked == ledger.count
    } catch { return false }
  }

  private static func size(of file: CInt) -> off_t {
    var status = stat()
    fstat(file, &status)
    return status.st_size
  }

  /// Header and records of a segment, without the zeros that fill up between them.
  private static func recordBytes(of file: CInt) -> [off_t] {
    var places = Array(off_t(0)..<64)
    var place: off_t = 64
    while true {
      var length: UInt32 = 0
      guard pread(file, &length, 4, place) == 4, length > 0 else { return places }
      places += place..<place + off_t(length)
      place += (off_t(length) + 7) & ~7
    }
  }

  private static func tell(_ isRight: Bool, _ text: String, _ found: String = "") -> Bool {
    print(isRight ? "ok \(text)" : "FAILED \(text): \(found)")
    return isRight
  }
}
