import ArgumentParser
import Glibc
import Ledger
import Model
import Sharing
import SiteConfiguration
import Station

/// `vedette agreement`: what a data-sharing agreement gives, before and after it is in force.
struct AgreementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "Checks, shows and tries data-sharing agreements.",
    subcommands: [CheckAgreement.self, ShowAgreement.self, TestAgreement.self])
}

/// What all of them are asked.
struct AgreementArguments: ParsableArguments {
  @Argument(help: "The agreement's file.")
  var file: String

  @Option(help: "The site file, whose lines the agreement's zones name.")
  var site: String?

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  /// The site, where one is named.
  func loadSite() throws -> Site? {
    guard let site else { return nil }
    return try LoadedSite(
      path: site, profileFolders: profiles + LoadedSite.packageProfileFolders
    ).configuration.site
  }

  /// The agreement; each mistake is printed.
  func load(site: Site?) throws -> Agreement {
    guard let bytes = WholeFile.read(file, bytesMax: AgreementSet.fileBytesMax) else {
      complain("\(file) cannot be read, or has more than \(AgreementSet.fileBytesMax) bytes")
      throw ExitStatus.missing
    }
    let set = AgreementSet(files: [(file, bytes)], site: site, hash: LoadedSite.sha256)
    for diagnostic in set.diagnostics { say(diagnostic.text) }
    guard let agreement = set.agreements[file] else { throw ExitStatus.badData }
    return agreement
  }
}

struct CheckAgreement: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks an agreement's file and explains each mistake.")

  @OptionGroup var arguments: AgreementArguments

  mutating func run() async throws {
    let arguments = arguments
    try await reporting {
      let agreement = try arguments.load(site: arguments.loadSite())
      say("\(arguments.file): in order, SHA-256 \(agreement.digest)")
    }
  }
}

struct ShowAgreement: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Tells in words what an agreement gives.")

  @OptionGroup var arguments: AgreementArguments

  mutating func run() async throws {
    let arguments = arguments
    try await reporting {
      let agreement = try arguments.load(site: arguments.loadSite())
      for line in AgreementWords.lines(of: agreement) { say(line) }
    }
  }
}

struct TestAgreement: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Tells what a partner would receive of recorded events, and why each field is given "
      + "or withheld.")

  @OptionGroup var arguments: AgreementArguments

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(help: "What the partner says that it asks for; else the agreement's first purpose.")
  var purpose: String?

  @Flag(help: "The feed of exercises instead of the real one.")
  var exercise = false

  @Option(help: "Only events after this sequence.")
  var after: UInt64 = 0

  @Option(help: "As if it were this moment, such as 2026-03-01T00:00:00Z; else now.")
  var at: String?

  @Flag(help: "Print JSON, a line for each event.")
  var json = false

  mutating func run() async throws {
    let command = self
    try await reporting {
      guard let site = try command.arguments.loadSite() else {
        complain("--site is needed: zones are measured from the site's lines")
        throw ExitCode(64)
      }
      let agreement = try command.arguments.load(site: site)
      let now = try command.moment()
      let trial = AgreementTrial(
        evaluator: Evaluator(agreement: agreement, site: site),
        purpose: command.purpose ?? agreement.purposes[0], isExercise: command.exercise, now: now,
        post: site.post)
      let reader = try EventLogReader(directory: command.state + "/ledger")
      let newest = try reader.newestSequence()
      var next = max(command.after + 1, try reader.oldestSequence())
      var tried = trial
      while next <= newest {
        let reading = try reader.read(from: next, limit: 500, durable: newest) { record, payload in
          let feature = payload.withUnsafeBytes { Array($0) }
          say(tried.tell(record, feature, asJSON: command.json))
        }
        switch reading {
        case .events(_, let following): next = following
        case .gone(let oldest): next = oldest
        }
      }
      if !command.json { say(tried.summary) }
    }
  }

  private func moment() throws -> WallTime {
    guard let at else { return WallTime(unixNanos: Int64(time(nil)) * 1_000_000_000) }
    guard let moment = WallTime(utc: at) else {
      complain("--at \(at): expected a moment of UTC such as 2026-03-01T00:00:00Z")
      throw ExitCode(64)
    }
    return moment
  }
}
