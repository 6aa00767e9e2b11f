import Glibc
import Ledger
import TestSupport

/// Writes down a ledger's records, checkpoints and proofs, line by line as the tools read them.
enum Samples {
  /// Proofs that are written down of a large ledger.
  private static let someProofs = 200

  /// A file of lines.
  private struct Lines: ~Copyable {
    private let file: UnsafeMutablePointer<FILE>

    init(_ path: String) throws {
      guard let file = fopen(path, "w") else { throw SampleError("\(path) cannot be written") }
      self.file = file
    }

    deinit { fclose(file) }

    func write(_ line: String) {
      fputs(line, file)
      fputc(10, file)
    }

    func proof(_ words: String, _ hashes: [TreeHash]) {
      write(([words] + hashes.map { hexadecimal($0.bytes) }).joined(separator: " "))
    }
  }

  /// A ledger at every size up to `last`: each record proven in each, each size in each later one.
  static func growing(_ folder: String, to last: UInt64) throws -> Bool {
    var ledger = try SampleLedger(folder: folder)
    guard try ledger.prover() == nil else {
      print("FAILED something was signed over no record")
      return false
    }
    let tlog = try Lines(folder + "/tlog")
    let bundles = try Lines(folder + "/bundles")
    bundles.write(#"{"key":"\#(ledger.key)"}"#)
    var random = SeededGenerator(seed: 300)
    for size in 1...last {
      try ledger.grow(to: size)
      guard let prover = try ledger.prover(), prover.checkpoint.size == size,
        let (_, record) = try prover.record(at: size)
      else { throw SampleError("there is no checkpoint of \(size)") }
      tlog.write("record \(String(decoding: record.bytes, as: UTF8.self))")
      tlog.write("note \(ledger.key) \(hexadecimal(Array("\(prover.note)".utf8)))")
      for sequence in 1...size {
        tlog.proof(
          "inclusion \(sequence - 1) \(size)", try prover.proof(of: sequence).hashes)
        tlog.proof("consistency \(sequence) \(size)", try prover.consistency(from: sequence))
      }
      bundles.write(try line(of: .random(in: 1...size, using: &random), prover, &random))
    }
    return try isSound(ledger)
  }

  /// A ledger of `count` records: its root, and some of its records and earlier sizes proven.
  static func whole(_ folder: String, of count: UInt64) throws -> Bool {
    var ledger = try SampleLedger(folder: folder)
    let tlog = try Lines(folder + "/tlog")
    let bundles = try Lines(folder + "/bundles")
    bundles.write(#"{"key":"\#(ledger.key)"}"#)
    var random = SeededGenerator(seed: count)
    // The first half is signed for itself, so that an older checkpoint stands beside the newest.
    var older: UInt64 = 0
    for size in [max(count / 2, 1), count] {
      try ledger.grow(to: size)
      guard let prover = try ledger.prover() else { throw SampleError("nothing is signed") }
      for sequence in older + 1..<size + 1 {
        guard let (_, record) = try prover.record(at: sequence) else { continue }
        tlog.write("record \(String(decoding: record.bytes, as: UTF8.self))")
      }
      tlog.write("note \(ledger.key) \(hexadecimal(Array("\(prover.note)".utf8)))")
      if older > 0 {
        tlog.proof("consistency \(older) \(size)", try prover.consistency(from: older))
      }
      older = size
    }
    guard let prover = try ledger.prover() else { throw SampleError("nothing is signed") }
    for _ in 0..<someProofs {
      let sequence = UInt64.random(in: 1...count, using: &random)
      tlog.proof("inclusion \(sequence - 1) \(count)", try prover.proof(of: sequence).hashes)
      bundles.write(try line(of: sequence, prover, &random))
    }
    return try isSound(ledger)
  }

  private static func line(
    of sequence: UInt64, _ prover: LedgerProver, _ random: inout SeededGenerator
  ) throws -> String {
    let (bundle, names) = try SampleLedger.bundle(of: sequence, prover, &random)
    let json = String(decoding: bundle.json.dropLast(), as: UTF8.self)
    let list = names.map { "\"\($0)\"" }.joined(separator: ",")
    return json + #","names":[\#(list)]}"#
  }

  private static func isSound(_ ledger: borrowing SampleLedger) throws -> Bool {
    let found = try LedgerVerification(directory: ledger.folder, key: ledger.key)
    let isRight = found.isSound && found.checked == ledger.count
    print("\(isRight ? "ok" : "FAILED") \(found.checked) records verify: \(found.findings)")
    return isRight
  }
}

/// The lower-case hexadecimal text of bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
