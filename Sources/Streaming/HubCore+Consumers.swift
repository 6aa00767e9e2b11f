#if VEDETTE_NATS
  import CNATS

  extension HubCore {
    /// Messages that the hub gives out before any of them is acknowledged.
    private static let unacknowledgedMax = 20_000

    func consume(
      _ name: String, of stream: String, filter: String, acknowledgeSeconds: Int
    ) throws(HubError) {
      if try self.filter(of: name, stream) == nil {
        try make(name, of: stream, filter: filter, acknowledgeSeconds: acknowledgeSeconds)
      }
      let found = try self.filter(of: name, stream)
      guard found == filter else {
        throw HubError(
          .consumer, name, "it is there and gets \(found ?? "nothing"), not \(filter); name another"
        )
      }
      pull = try HubPull(
        on: self, requests: "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(name)", consumer: name)
    }

    /// What the consumer gets; `nil` when it is not there.
    private func filter(of name: String, _ stream: String) throws(HubError) -> String? {
      var found: UnsafeMutablePointer<jsConsumerInfo>?
      let status = unsafe js_GetConsumerInfo(&found, context, stream, name, nil, nil)
      if status == NATS_NOT_FOUND { return nil }
      guard status == NATS_OK, let info = unsafe found else {
        if isClosed { throw lost() }
        throw HubError(.consumer, name, "it cannot be asked for: \(reason(status))")
      }
      defer { unsafe jsConsumerInfo_Destroy(info) }
      guard let configuration = unsafe info.pointee.Config else { return "" }
      guard unsafe configuration.pointee.AckPolicy == js_AckExplicit,
        unsafe configuration.pointee.DeliverSubject == nil
      else {
        throw HubError(
          .consumer, name,
          "it is there and does not wait for each message's acknowledgement, or is no pull consumer; "
            + "name another")
      }
      return unsafe configuration.pointee.FilterSubject.map { unsafe String(cString: $0) } ?? ""
    }

    /// By the request that carries the filter in its subject, so that the hub's rights bind it;
    /// libnats 3.4 knows only the older one, which would let a center ask for another's events.
    private func make(
      _ name: String, of stream: String, filter: String, acknowledgeSeconds: Int
    ) throws(HubError) {
      let configuration =
        #"{"name":"\#(name)","durable_name":"\#(name)","filter_subject":"\#(filter)","#
        + #""deliver_policy":"all","ack_policy":"explicit","replay_policy":"instant","#
        + #""ack_wait":\#(acknowledgeSeconds * 1_000_000_000),"max_deliver":-1,"#
        + #""max_ack_pending":\#(Self.unacknowledgedMax)}"#
      let answer = try request(
        "$JS.API.CONSUMER.CREATE.\(stream).\(name).\(filter)",
        #"{"stream_name":"\#(stream)","config":\#(configuration)}"#)
      guard !answer.contains(#""error":"#) else {
        throw HubError(.consumer, name, "it cannot be made: \(answer)")
      }
    }

    func fetch(
      _ count: Int, milliseconds: Int, headers: [String]
    ) throws(HubError) -> [HubDelivery] {
      guard let pull else { return [] }
      return try pull.fetch(count, milliseconds: milliseconds, headers: headers)
    }

    func answer(_ receipt: String, _ word: String) throws(HubError) {
      let status = unsafe natsConnection_PublishString(connection, receipt, word)
      guard status == NATS_OK else { throw lost() }
    }
  }
#endif
