extension SiteReader {
  /// Reads `publishing.nats`.
  func readHub(_ entry: Entry) -> PublishingConfiguration.Hub? {
    entry.section { section in
      let servers = section.hubServers()
      let stream = section.hubStream()
      let certificate = section.optional("certificate").flatMap { secretPath($0) }
      let key = section.optional("certificate_key").flatMap { secretPath($0) }
      let authorities = section.optional("authorities").flatMap { secretPath($0) }
      let entries = section.required(
        "feeds", example: "[{partner: urn:partner:b, as: b, purpose: …}]")?
        .list(count: 1...HubConfiguration.feedsMax)
      guard let servers, let stream, let entries else { return nil }
      var hub = HubConfiguration(servers: servers, tls: nil, stream: stream)
      if let certificate, let key, let authorities {
        hub.tls = PublishingConfiguration.TLS(
          certificate: certificate, key: key, clientCAs: authorities)
      }
      if section.needsHubCertificates(servers, haveAll: hub.tls != nil), hub.tls == nil {
        return nil
      }
      let feeds = entries.compactMap { $0.section { self.hubFeed($0) } }
      guard feeds.count == entries.count else { return nil }
      var words: Set<String> = []
      for (feed, entry) in zip(feeds, entries) where !words.insert(feed.word).inserted {
        entry.error(
          .duplicateName, expected: "each word once", remedy: "Give each feed a word of its own",
          found: "the word \(feed.word) a second time")
        return nil
      }
      return PublishingConfiguration.Hub(hub: hub, feeds: feeds)
    }
  }

  private func hubFeed(_ section: Section) -> HubConfiguration.Feed? {
    let partner = section.required("partner", example: "urn:partner:b")?
      .text(lengthMax: 256, example: "urn:partner:b")
    let word = section.hubWord("as", example: "b")
    let purpose = section.required("purpose", example: "border-surveillance")?.name()
    let exercise = section.optional("exercise").flatMap { $0.flag() }
    guard let partner, let word, let purpose else { return nil }
    return HubConfiguration.Feed(
      partner: partner, word: word, purpose: purpose, isExercise: exercise ?? false)
  }
}
