public import Model

/// All agreements of a post, as the folder `agreements` beside its site file holds them.
///
/// Each file stands for itself: one with a mistake does not apply, and the others do. Read anew over
/// the set in force, a file with a mistake leaves the agreement that it gave before in force, until
/// that agreement ends by itself; a file that is gone ends it at once.
public struct AgreementSet: Sendable, Equatable {
  /// The largest file of an agreement, bytes.
  public static let fileBytesMax = 262_144
  /// The most agreements of a post.
  public static let countMax = 256

  /// The agreements that apply, by the name of their file.
  public private(set) var agreements: [String: Agreement]
  /// What is wrong or worth knowing, file by file.
  public private(set) var diagnostics: [Diagnostic]

  /// No agreement: nothing is released to anybody.
  public init() {
    agreements = [:]
    diagnostics = []
  }

  /// Files with their bytes, by name, read for `site`.
  ///
  /// - Parameters:
  ///   - hash: SHA-256 as lower-case hexadecimal digits.
  ///   - site: the site whose lines zones may name; `nil` to believe all names.
  ///   - previous: what is in force now.
  ///   - folder: how messages call the folder.
  public init(
    files: [(name: String, bytes: [UInt8])], site: Site?, folder: String = "",
    previous: AgreementSet = AgreementSet(), hash: ([UInt8]) -> String
  ) {
    self.init()
    for file in files {
      let path = folder.isEmpty ? file.name : "\(folder)/\(file.name)"
      let list = DiagnosticList(file: path)
      let agreement = Self.read(file.bytes, site: site, list: list, hash: hash)
      diagnostics += list.sorted
      agreements[file.name] = agreement ?? previous.agreements[file.name]
    }
    tellConflicts(folder: folder)
  }

  /// The agreements in `folder`; none when it is not there. Blocks on file access.
  public static func read(
    folder: String, site: Site?, previous: AgreementSet = AgreementSet(),
    hash: ([UInt8]) -> String
  ) -> AgreementSet {
    var files: [(name: String, bytes: [UInt8])] = []
    var unreadable: [(name: String, Diagnostic)] = []
    for name in TextFile.names(in: folder, countMax: countMax) where name.hasSuffix(".yaml") {
      let list = DiagnosticList(file: "\(folder)/\(name)")
      do throws(TextFile.Failure) {
        files.append((name, try TextFile.bytes(at: "\(folder)/\(name)", bytesMax: fileBytesMax)))
      } catch {
        let isLarge = error == .tooLarge
        list.error(
          isLarge ? .tooLarge : .unreadableFile, at: .none, field: "",
          found: isLarge ? "more than \(fileBytesMax) bytes" : "a file that cannot be read",
          expected: "a readable YAML file of at most \(fileBytesMax) bytes",
          remedy: isLarge ? "Shorten the file" : "Let the daemon's user read it")
        unreadable += list.all.map { (name, $0) }
      }
    }
    var set = AgreementSet(files: files, site: site, folder: folder, previous: previous, hash: hash)
    for (name, diagnostic) in unreadable {
      set.agreements[name] = previous.agreements[name]
      set.diagnostics.append(diagnostic)
    }
    return set
  }

  /// Whether every file is in order.
  public var isInOrder: Bool { !diagnostics.contains { $0.severity == .error } }

  /// The agreements under which a certificate with the name `uri` may receive anything at `time`;
  /// at most one.
  public func agreement(of uri: String, at time: WallTime) -> Agreement? {
    agreements.values.first { $0.identity.uri == uri && $0.isInForce(at: time) }
  }

  /// Whether any agreement, in force or not, is with the holder of the name `uri`.
  public func knows(_ uri: String) -> Bool {
    agreements.values.contains { $0.identity.uri == uri }
  }

  private static func read(
    _ bytes: [UInt8], site: Site?, list: DiagnosticList, hash: ([UInt8]) -> String
  ) -> Agreement? {
    guard bytes.count <= fileBytesMax else {
      list.error(
        .tooLarge, at: .none, field: "", found: "\(bytes.count) bytes",
        expected: "at most \(fileBytesMax)", remedy: "Shorten the file")
      return nil
    }
    guard let text = SiteBundle.text(bytes, list: list) else { return nil }
    return AgreementReader(list: list, site: site).read(text, digest: hash(bytes))
  }

  /// Two agreements of one name, or two that cover one partner at one time: neither applies.
  private mutating func tellConflicts(folder: String) {
    let names = agreements.keys.sorted()
    var bad: Set<String> = []
    for (place, name) in names.enumerated() {
      for other in names[..<place] {
        guard let a = agreements[other], let b = agreements[name] else { continue }
        let sameTime = a.validFrom < b.validUntil && b.validFrom < a.validUntil
        var found: String?
        if a.id == b.id { found = "the id \(quoted(b.id)), which \(other) has" }
        if a.identity.uri == b.identity.uri, sameTime {
          found = "an agreement with \(quoted(b.identity.uri)) while that of \(other) is in force"
        }
        guard let found else { continue }
        bad.formUnion([name, other])
        let list = DiagnosticList(file: folder.isEmpty ? name : "\(folder)/\(name)")
        list.error(
          .conflict, at: .none, field: "", found: found,
          expected: "one agreement with a partner at a time, each with an id of its own",
          remedy: "End one before the other begins, or remove one file; until then neither applies")
        diagnostics += list.all
      }
    }
    for name in bad { agreements[name] = nil }
  }
}
