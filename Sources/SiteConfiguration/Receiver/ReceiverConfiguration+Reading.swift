extension ReceiverConfiguration {
  /// The configuration at `path`.
  ///
  /// Blocks on file access.
  /// - Throws: when the file is absent or unreadable, or anything in it is wrong.
  public static func read(_ path: String) throws(ConfigurationErrors) -> ReceiverConfiguration {
    let list = DiagnosticList(file: path)
    let text = try PoseFile.text(
      at: path, list: list, remedy: "Correct the path, or write the file (Docs/Centers.md)")
    return try parse(text, list: list, folder: TextFile.folder(of: path))
  }

  static func parse(
    _ text: String, list: DiagnosticList, folder: String
  ) throws(ConfigurationErrors) -> ReceiverConfiguration {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      throw ConfigurationErrors(list.all)
    }
    let entry = Entry(text: tree, node: root, path: "", list: list)
    let reader = ReceiverReader(list: list, folder: folder)
    let found = entry.section { reader.receiver(of: $0) }
    guard list.errorCount == 0, let found else { throw ConfigurationErrors(list.sorted) }
    return found
  }
}

/// Reads the parts of a receiver's file. Whatever is wrong is told on the list, and with anything on
/// it the file is not used: a `nil` of a key that may be absent needs no look of its own.
private struct ReceiverReader {
  let list: DiagnosticList
  let folder: String

  func receiver(of section: Section) -> ReceiverConfiguration? {
    _ = section.required("version", example: "1")?.integer(in: 1...1)
    let store = section.required("store", example: "/var/lib/vedette-receive/store.sqlite")
      .flatMap(path)
    let listen = section.optional("listen").flatMap(address)
    let witness = section.optional("witness").flatMap { $0.section(self.witness) }
    let hubEntries = section.optional("hubs").flatMap { $0.list(count: 1...16) } ?? []
    let hubs = hubEntries.compactMap { $0.section(self.hub) }
    let entries = section.required("sources", example: "[{name: …, url: …}]")?
      .list(count: 1...ReceiverConfiguration.sourcesMax)
    guard let store, let entries else { return nil }
    let sources = entries.compactMap { $0.section(self.source) }
    guard sources.count == entries.count else { return nil }
    var names: Set<String> = []
    for (source, entry) in zip(sources, entries) where !names.insert(source.name).inserted {
      entry.error(
        .duplicateName, expected: "each name once", remedy: "Name each feed differently",
        found: "the name \(source.name) a second time")
      return nil
    }
    guard hubs.count == hubEntries.count, knowsHubs(of: sources, entries, hubs) else { return nil }
    return ReceiverConfiguration(
      storePath: store, listen: listen, witness: witness, hubs: hubs, sources: sources)
  }

  private func source(of section: Section) -> ReceiverConfiguration.Source? {
    let name = section.required("name", example: "north-ford")?.name()
    let hub = section.optional("hub").flatMap { $0.name() }
    let place =
      hub == nil
      ? section.required("url", example: "https://192.0.2.1:8420").flatMap(url) : ""
    let post = section.required("post", example: "north-ford")?.name()
    let key = section.required("key", example: "north-ford.pub")?
      .text(lengthMax: 1_024, example: "north-ford.pub")
    let purpose = section.optional("purpose").flatMap { $0.name() }
    let exercise = section.optional("exercise").flatMap { $0.flag() }
    let certificate = section.optional("certificate").flatMap(path)
    let secret = section.optional("certificate_key").flatMap(path)
    let authorities = section.optional("authorities").flatMap(path)
    guard let name, let place, let post, let key else { return nil }
    var tls: ReceiverConfiguration.TLS?
    if place.hasPrefix("https:") {
      guard let certificate, let secret, let authorities else {
        section.entry.error(
          .missingKey, expected: "certificate, certificate_key and authorities with https",
          remedy: "Name the three PEM files (Docs/Centers.md)", found: "not all of them")
        return nil
      }
      tls = ReceiverConfiguration.TLS(
        certificatePath: certificate, keyPath: secret, authoritiesPath: authorities)
    }
    return ReceiverConfiguration.Source(
      name: name, url: place, hub: hub, post: post, key: key.contains("+") ? key : resolved(key),
      tls: tls,
      purpose: purpose, isExercise: exercise ?? false)
  }

  private func hub(of section: Section) -> ReceiverConfiguration.Hub? {
    let name = section.required("name", example: "region")?.name()
    let servers = section.hubServers()
    let stream = section.hubStream()
    let partner = section.hubWord("partner", example: "b")
    let consumer = section.optional("consumer").flatMap { $0.name(extra: "-_") }
    let certificate = section.optional("certificate").flatMap(path)
    let secret = section.optional("certificate_key").flatMap(path)
    let authorities = section.optional("authorities").flatMap(path)
    guard let name, let servers, let stream, let partner else { return nil }
    var hub = HubConfiguration(servers: servers, tls: nil, stream: stream)
    if let certificate, let secret, let authorities {
      hub.tls = PublishingConfiguration.TLS(
        certificate: certificate, key: secret, clientCAs: authorities)
    }
    if section.needsHubCertificates(servers, haveAll: hub.tls != nil), hub.tls == nil {
      return nil
    }
    return ReceiverConfiguration.Hub(
      name: name, hub: hub, partner: partner, consumer: consumer ?? partner)
  }

  /// Whether every feed's hub is there, and no two feeds of one hub are of one post.
  private func knowsHubs(
    of sources: [ReceiverConfiguration.Source], _ entries: [Entry],
    _ hubs: [ReceiverConfiguration.Hub]
  ) -> Bool {
    var taken: Set<String> = []
    for (source, entry) in zip(sources, entries) {
      guard let hub = source.hub else { continue }
      guard hubs.contains(where: { $0.name == hub }) else {
        entry.error(
          .badValue, expected: "the name of one of \"hubs\"",
          remedy: "Name the hub under \"hubs\" (Docs/Centers.md)", found: "the hub \(hub)")
        return false
      }
      guard taken.insert("\(hub) \(source.post)").inserted else {
        entry.error(
          .duplicateName, expected: "each post of a hub once",
          remedy: "Name a second hub for another feed of the post",
          found: "the post \(source.post) a second time")
        return false
      }
    }
    return true
  }

  private func witness(of section: Section) -> ReceiverConfiguration.Witness? {
    let name = section.required("name", example: "center-b/witness")?.name(extra: "-_./")
    let key = section.required("key", example: "witness.key").flatMap(path)
    guard let name, let key else { return nil }
    return ReceiverConfiguration.Witness(name: name, keyPath: key)
  }

  private func path(_ entry: Entry) -> String? {
    entry.text(lengthMax: 4_096, example: "center.pem").map(resolved)
  }

  private func resolved(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  private static let loopback = ["127.0.0.1", "localhost", "[::1]"]

  private func url(_ entry: Entry) -> String? {
    let expected = "https://<host>:<port>, or http:// on loopback, without a path"
    let remedy = "Write where the post's endpoint listens"
    guard var text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    if text.hasSuffix("/") { text.removeLast() }
    let parts = text.split(separator: "://", maxSplits: 1).map(String.init)
    let isPlain = text.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}@?#".utf8.contains($0)
    }
    guard parts.count == 2, isPlain, !parts[1].contains("/"), !parts[1].isEmpty,
      parts[0] == "https"
        || parts[0] == "http"
          && Self.loopback.contains(where: { parts[1] == $0 || parts[1].hasPrefix($0 + ":") })
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }

  private func address(_ entry: Entry) -> ReceiverConfiguration.Address? {
    let expected = "a loopback address with a port, such as 127.0.0.1:8430"
    let remedy = "Others reach it through a proxy that knows who they are"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "127.0.0.1" || parts[0] == "localhost",
      let port = Int(parts[1]), (0...65_535).contains(port)
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return ReceiverConfiguration.Address(host: String(parts[0]), port: port)
  }
}
