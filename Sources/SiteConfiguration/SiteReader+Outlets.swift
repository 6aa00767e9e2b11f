import Glibc
import Yams

extension SiteReader {
  /// Reads `storage`; the defaults where it is silent.
  func readStorage(of section: Section) -> StorageConfiguration {
    var storage = StorageConfiguration()
    var isDecided = false
    if let entry = section.optional("storage") {
      if case .mapping = entry.node {} else { isDecided = true }
      _ = entry.section { section -> Void? in
        if let path = section.optional("state_directory").flatMap({ absolutePath($0) }) {
          storage.stateDirectory = path
        }
        storage.recorder = section.optional("recorder").flatMap { readRecorder($0) }
        guard let retention = section.optional("retention") else { return nil }
        isDecided = true
        return retention.section { section in
          if let age = section.required("age", example: "30 d")?
            .quantity(.time, from: "1 d", to: "3660 d")
          {
            storage.ledgerRetentionSeconds = Int64(age.rounded())
          }
          if let age = section.optional("releases")?
            .quantity(.time, from: "1 d", to: "3660 d")
          {
            storage.releaseRetentionSeconds = Int64(age.rounded())
          }
          if let size = section.optional("size")?
            .quantity(.bytes, from: "16 MiB", to: "16 TiB")
          {
            storage.ledgerRetentionBytes = Int64(size.rounded())
          }
          return ()
        }
      }
    }
    if !isDecided {
      list.warning(
        .undecided, at: section.optional("storage")?.position ?? .none,
        field: "storage.retention", found: "no retention",
        expected: "how long events may be kept",
        remedy: "Write \"retention: {age: 30 d}\" under "
          + "\"storage\" with what the law allows; 30 d is used until then")
    }
    return storage
  }

  /// Reads `storage.recorder`.
  private func readRecorder(_ entry: Entry) -> RecorderConfiguration? {
    entry.section { section in
      let keep = section.required("keep", example: "{age: 7 d, size: 4 GiB}")?.section {
        keep -> RecorderConfiguration? in
        let size = keep.optional("size")?.quantity(.bytes, from: "16 MiB", to: "16 TiB")
        guard
          let age = keep.required("age", example: "7 d")?
            .quantity(.time, from: "1 h", to: "3660 d")
        else { return nil }
        var recorder = RecorderConfiguration(keepSeconds: Int64(age.rounded()))
        if let size { recorder.keepBytes = Int64(size.rounded()) }
        return recorder
      }
      let ring = section.optional("ring")?.section { ring in
        (
          time: ring.optional("time")?.quantity(.time, from: "1 min", to: "1 h"),
          size: ring.optional("size")?.quantity(.bytes, from: "16 MiB", to: "1 TiB")
        )
      }
      let before = section.optional("before")?.quantity(.time, from: "1 s", to: "10 min")
      let after = section.optional("after")?.quantity(.time, from: "1 s", to: "10 min")
      guard var recorder = keep else { return nil }
      if let time = ring?.time { recorder.ringSeconds = Int64(time.rounded()) }
      if let size = ring?.size { recorder.ringBytes = Int64(size.rounded()) }
      if let before { recorder.beforeSeconds = Int64(before.rounded()) }
      if let after { recorder.afterSeconds = Int64(after.rounded()) }
      if (recorder.beforeSeconds + recorder.afterSeconds) * 2 > recorder.ringSeconds {
        entry.error(
          .badValue,
          expected: "a ring of at least twice \"before\" and \"after\" together, "
            + "\((recorder.beforeSeconds + recorder.afterSeconds) * 2) s",
          remedy: "Write a longer \"ring: {time: …}\", or shorter times around an event")
      }
      return recorder
    }
  }

  /// Reads `publishing`; the defaults, this machine only, where it is silent.
  func readPublishing(of section: Section) -> PublishingConfiguration {
    var publishing = PublishingConfiguration()
    _ = section.optional("publishing")?.section { section -> Void? in
      let listen = section.optional("listen")
      if let host = listen.flatMap(address) { publishing.listenHost = host }
      if let port = section.optional("port")?.integer(in: 1...65_535) { publishing.port = port }
      if let handling = section.optional("handling")?.text(lengthMax: 64, example: "restricted") {
        publishing.handling = handling
      }
      if let beat = section.optional("heartbeat")?.quantity(.time, from: "1 s", to: "1 h") {
        publishing.heartbeatSeconds = Int(beat.rounded())
      }
      if let most = section.optional("connections_max")?.integer(in: 1...10_000) {
        publishing.connectionsMax = most
      }
      publishing.hub = section.optional("nats").flatMap { readHub($0) }
      let tls = section.optional("tls")
      if let entry = section.optional("local_port"), let port = entry.integer(in: 1...65_535) {
        if tls == nil || port == publishing.port {
          entry.error(
            .conflict, expected: "a port other than \"port\", and \"tls\" beside it",
            remedy: "Choose another port, or leave it out: without \"tls\" the post's own clients "
              + "use \"port\"")
        } else {
          publishing.localPort = port
        }
      }
      publishing.tls = tls?.section { section in
        let certificate = section.required("certificate", example: "credential:post.pem")
          .flatMap { secretPath($0) }
        let key = section.required("key", example: "credential:post.key")
          .flatMap { secretPath($0) }
        let authorities = section.required("client_cas", example: "/etc/vedette/centers.pem")
          .flatMap { secretPath($0) }
        for name in ["certificate", "key", "client_cas"] {
          tlsPositions[name] = section.optional(name)?.position
        }
        guard let certificate, let key, let authorities else { return nil }
        return PublishingConfiguration.TLS(
          certificate: certificate, key: key, clientCAs: authorities)
      }
      if let listen, tls == nil, !Self.isLoopback(publishing.listenHost) {
        listen.error(
          .insecure,
          expected: "\"tls\" with certificate, key and client_cas beside it, "
            + "or a loopback address such as 127.0.0.1",
          remedy: "Add \"tls\": beyond this machine nothing is published without "
            + "encryption and client certificates")
      }
      return ()
    }
    return publishing
  }

  /// Whether only this machine can reach `host`.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" { return true }
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 {
      return UInt32(bigEndian: four.s_addr) >> 24 == 127
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { bytes in bytes.dropLast().allSatisfy { $0 == 0 } }
      && withUnsafeBytes(of: six) { $0.last == 1 }
  }

  /// An IPv4 or IPv6 address, or `localhost`.
  private func address(_ entry: Entry) -> String? {
    guard let host = entry.text(lengthMax: 64, example: "127.0.0.1") else { return nil }
    var four = in_addr()
    var six = in6_addr()
    if host == "localhost" || inet_pton(AF_INET, host, &four) == 1
      || inet_pton(AF_INET6, host, &six) == 1
    {
      return host
    }
    entry.error(
      .badValue, expected: "an IPv4 or IPv6 address, or localhost",
      remedy: "Write the address of the interface, or 0.0.0.0 for all of them")
    return nil
  }

  private func absolutePath(_ entry: Entry) -> String? {
    guard let path = entry.text(lengthMax: 1_024, example: "/var/lib/vedette") else { return nil }
    if path.hasPrefix("/") { return path }
    entry.error(
      .badValue, expected: "an absolute path", remedy: "Write the path from \"/\" on")
    return nil
  }

  /// A path, or the name of a systemd credential.
  func secretPath(_ entry: Entry, example: String = "/etc/vedette/post.pem") -> String? {
    guard let path = entry.text(lengthMax: 1_024, example: example) else {
      return nil
    }
    let credential = path.hasPrefix("credential:") ? path.dropFirst(11) : ""
    if path.hasPrefix("/") || (!credential.isEmpty && !credential.contains("/")) { return path }
    entry.error(
      .badValue, expected: "an absolute path, or credential:<name>",
      remedy: "Write the path from \"/\" on, or the name of a LoadCredential= of the unit")
    return nil
  }
}
