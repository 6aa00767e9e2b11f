import ArgumentParser
import Streaming

/// `vedette hub`: for who runs a NATS JetStream hub.
struct HubCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hub",
    abstract: "For who runs a NATS hub: makes the stream that posts publish to, and looks at it.",
    subcommands: [CreateStream.self, ShowStream.self])
}

/// How a command reaches the hub.
struct HubOptions: ParsableArguments {
  @Option(help: "A server of the hub, tls://host:port; may be given more than once.")
  var server: [String]

  @Option(help: "The operator's certificate, PEM.")
  var certificate: String?

  @Option(help: "Its private key, PEM.")
  var certificateKey: String?

  @Option(help: "The authorities of the hub's certificates, PEM.")
  var authorities: String?

  @Option(help: "Name of the stream.")
  var stream = "RELEASES"

  func validate() throws {
    let files = [certificate, certificateKey, authorities].compactMap { $0 }
    guard files.isEmpty || files.count == 3 else {
      throw ValidationError("give certificate, certificate-key and authorities, or none of them")
    }
    guard !server.isEmpty else { throw ValidationError("name a server of the hub") }
  }

  func open() async throws(HubError) -> HubConnection {
    var tls: HubAddress.TLS?
    if let certificate, let certificateKey, let authorities {
      tls = HubAddress.TLS(
        certificatePath: certificate, keyPath: certificateKey, authoritiesPath: authorities)
    }
    return try await HubConnection.open(
      HubAddress(servers: server, tls: tls, client: "operator"))
  }
}

/// `vedette hub create`.
struct CreateStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes the stream: in files, its messages neither deleted nor purged by anybody.")

  @OptionGroup var hub: HubOptions

  @Option(help: "On how many servers each message is kept.")
  var replicas = 3

  @Option(help: "Days after which messages go.")
  var days = 30

  @Option(help: "Bytes that the stream may hold; a full one takes nothing, and posts wait.")
  var bytes: Int64 = 10_737_418_240

  func validate() throws {
    guard (1...5).contains(replicas), (1...3_660).contains(days), bytes >= 1_048_576 else {
      throw ValidationError("1 to 5 replicas, 1 to 3660 days, at least 1048576 bytes")
    }
  }

  mutating func run() async throws {
    let (hub, replicas, days, bytes) = (hub, replicas, days, bytes)
    try await atHub {
      let connection = try await hub.open()
      try await connection.requireDurability()
      try await connection.makeStream(
        HubStreamPlan(
          name: hub.stream, subjects: ["rel.>"], replicas: replicas,
          ageSecondsMax: Int64(days) * 86_400, bytesMax: bytes))
      say("the stream \(hub.stream) is there, on \(replicas) servers")
    }
  }
}

/// `vedette hub show`.
struct ShowStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Says what the stream holds, and whether it can be relied on.")

  @OptionGroup var hub: HubOptions

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let (hub, json) = (hub, json)
    try await atHub {
      let stream = try await hub.open().stream(hub.stream)
      say(
        json
          ? #"{"bytes":\#(stream.bytes),"messages":\#(stream.messages),"replicas":\#(stream.replicas),"#
            + #""stream":"\#(stream.name)","version":"\#(stream.version)"}"#
          : "\(stream.name): \(stream.messages) messages, \(stream.bytes) bytes, on "
            + "\(stream.replicas) servers, nats-server \(stream.version)")
    }
  }
}

/// As `reporting`, with the exit codes of what a hub needs.
private func atHub(_ body: () async throws -> Void) async throws {
  try await reporting {
    do {
      try await body()
    } catch let error as HubError {
      complain("\(error)")
      throw error.code == .certificate
        ? ExitStatus.badData
        : error.code == .stream || error.code == .tooOld ? ExitStatus.wrong : ExitStatus.unavailable
    }
  }
}
