import ArgumentParser
import Dispatch
import Glibc
import Logging
import Receiving
import SiteConfiguration
import Station

/// `vedette receive`: the center's side.
struct ReceiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receive",
    abstract: "The center's side: follows posts, checks all they say, keeps it, hands it on.",
    subcommands: [RunReceiver.self, ExportStore.self, ListNotices.self],
    defaultSubcommand: RunReceiver.self)
}

/// `vedette receive run`.
struct RunReceiver: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Follows the posts of a configuration until it is stopped.")

  @Option(help: "The receiver's configuration (Docs/Centers.md).")
  var config: String

  @Flag(help: "Print each settled event and each notice as JSON, one a line.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Run this by the shell for each of them, with its JSON on standard input.",
      valueName: "command"))
  var exec: String?

  mutating func run() async throws {
    let (config, json, exec) = (config, json, exec)
    try await receiving {
      LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
      var logger = Logger(label: "receive")
      logger.logLevel = .notice
      let receiver = try Receiver(
        try ReceiverConfiguration.read(config), printsLines: json, command: exec, logger: logger)
      // A reader of the lines that goes away must not end the receiver.
      signal(SIGPIPE, SIG_IGN)
      let task = Task { try await receiver.run() }
      let sources = [SIGTERM, SIGINT].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { task.cancel() }
        source.resume()
        return source
      }
      defer { for source in sources { source.cancel() } }
      try await task.value
    }
  }
}

/// `vedette receive export`.
struct ExportStore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the events of a store as GeoJSON, CSV or KML.")

  @Argument(help: "The store's file.")
  var store: String

  @Option(help: "geojson, csv or kml.")
  var format = "geojson"

  @Option(help: "Only events of this feed.")
  var source: String?

  @Option(name: [.short, .long], help: "The file to write; else standard output.")
  var output: String?

  mutating func run() async throws {
    let (store, source, output) = (store, source, output)
    guard let format = StoreExport.Format(rawValue: format) else {
      complain("there is no form \(format); choose geojson, csv or kml")
      throw ExitCode(64)
    }
    try await receiving {
      let store = try openedStore(store)
      let opened: UnsafeMutablePointer<FILE>? =
        if let output { fopen(output, "wb") } else { fdopen(dup(STDOUT_FILENO), "wb") }
      guard let file = opened else {
        complain("\(output ?? "standard output") cannot be written")
        throw ExitStatus.inputOutput
      }
      defer { fclose(file) }
      var export = StoreExport(store, as: format, feed: source)
      while let piece = try await export.next() {
        guard fwrite(piece, 1, piece.count, file) == piece.count else {
          throw ExitStatus.inputOutput
        }
      }
      guard fflush(file) == 0 else { throw ExitStatus.inputOutput }
    }
  }
}

/// `vedette receive notices`.
struct ListNotices: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notices",
    abstract: "Prints gaps, refusals and faults of a store; exit 1 when there are any.")

  @Argument(help: "The store's file.")
  var store: String

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let (store, json) = (store, json)
    try await receiving {
      let store = try openedStore(store)
      var after: Int64 = 0
      var hasFault = false
      while true {
        let notices = try await store.notices(after: after)
        guard let last = notices.last else { break }
        for notice in notices {
          say(
            json
              ? String(decoding: RowText.json(notice), as: UTF8.self)
              : "\(notice.source)  \(notice.kind.rawValue)  \(notice.text)")
        }
        after = last.number
        // Another key that is proven is news, and nothing wrong.
        hasFault = hasFault || notices.contains { $0.kind != .renewed }
      }
      if hasFault { throw ExitStatus.wrong }
    }
  }
}

/// A store that is only looked at.
private func openedStore(_ path: String) throws -> ReceiverStore {
  guard access(path, F_OK) == 0 else {
    complain("there is no store \(path); name the file that the receiver's configuration names")
    throw ExitStatus.missing
  }
  return try ReceiverStore(path: path, isReader: true)
}

/// As `reporting`, with the exit codes of what receiving needs.
private func receiving(_ body: () async throws -> Void) async throws {
  try await reporting {
    do {
      try await body()
    } catch let error as ReceivingError {
      complain("\(error)")
      throw error.code == .bind
        ? ExitStatus.unavailable
        : error.code == .store ? ExitStatus.inputOutput : ExitStatus.badData
    }
  }
}
