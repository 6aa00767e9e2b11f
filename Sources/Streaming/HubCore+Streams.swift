#if VEDETTE_NATS
  import CNATS

  extension HubCore {
    /// What the stream `name` is like; one that does not keep what it was given is refused.
    func stream(_ name: String, version: HubVersion) throws(HubError) -> HubStream {
      var found: UnsafeMutablePointer<jsStreamInfo>?
      var code = jsErrCode(rawValue: 0)
      let status = unsafe js_GetStreamInfo(&found, context, name, nil, &code)
      guard status == NATS_OK, let info = unsafe found else {
        if isClosed { throw lost() }
        throw HubError(
          .stream, name,
          status == NATS_NOT_FOUND
            ? "there is no such stream; its owner makes it with \"vedette hub create\""
            : "it cannot be asked for: \(reason(status))")
      }
      defer { unsafe jsStreamInfo_Destroy(info) }
      guard let configuration = unsafe info.pointee.Config else {
        throw HubError(.stream, name, "the hub does not say how it keeps it")
      }
      guard unsafe configuration.pointee.Storage == js_FileStorage,
        unsafe !configuration.pointee.NoAck
      else {
        throw HubError(
          .stream, name,
          "it is kept in memory or acknowledges nothing; its owner makes one in files with "
            + "\"vedette hub create\"")
      }
      return HubStream(
        name: name, version: version, replicas: Int(unsafe configuration.pointee.Replicas),
        messages: unsafe info.pointee.State.Msgs, bytes: unsafe info.pointee.State.Bytes)
    }

    func makeStream(_ plan: HubStreamPlan) throws(HubError) {
      var configuration = unsafe jsStreamConfig()
      unsafe jsStreamConfig_Init(&configuration)
      let words = CWords([plan.name] + plan.subjects)
      var subjects = unsafe Array(words.pointers.dropFirst())
      unsafe configuration.Name = words.pointers[0]
      unsafe configuration.Storage = js_FileStorage
      unsafe configuration.Replicas = Int64(plan.replicas)
      unsafe configuration.MaxAge = plan.ageSecondsMax * 1_000_000_000
      unsafe configuration.MaxBytes = plan.bytesMax
      // A full stream refuses, and the posts keep; it never drops what a center has not had.
      unsafe configuration.Discard = js_DiscardNew
      unsafe configuration.DenyDelete = true
      unsafe configuration.DenyPurge = true
      let count = CInt(unsafe subjects.count)
      var code = jsErrCode(rawValue: 0)
      let status = unsafe subjects.withUnsafeMutableBufferPointer { list in
        unsafe configuration.Subjects = list.baseAddress
        unsafe configuration.SubjectsLen = count
        return unsafe js_AddStream(nil, context, &configuration, nil, &code)
      }
      guard status != NATS_TIMEOUT else {
        throw HubError(
          .unanswered, plan.name,
          "the hub did not say in time whether it made it; ask it with "
            + "\"vedette hub show\" once its servers have chosen who leads them")
      }
      guard status == NATS_OK else {
        let advice =
          code == JSClusterNoPeersErr
          ? "; less than \(plan.replicas) servers of the hub know each other and have the room: see in "
            + "their logs that each runs and reaches the others, or ask for fewer replicas" : ""
        throw HubError(.stream, plan.name, "it cannot be made: \(reason(status))\(advice)")
      }
    }

    private func reason(_ status: natsStatus) -> String {
      let said = complaint
      return Self.text(status) + (said.isEmpty ? "" : "; \(said)")
    }

    // MARK: - Publishing

    func publish(_ messages: [HubMessage], milliseconds: Int) throws(HubError) -> HubReceipt {
      acknowledgements.expect(messages.map(\.id))
      var fault: natsStatus?
      for message in messages {
        let status = send(message)
        guard status == NATS_OK else {
          fault = status
          break
        }
      }
      var receipt = acknowledgements.collect(milliseconds: fault == nil ? milliseconds : 0)
      // What is not acknowledged by now is published again: late answers find nobody.
      var pending = unsafe natsMsgList()
      if unsafe js_PublishAsyncGetPendingList(&pending, context) == NATS_OK {
        unsafe natsMsgList_Destroy(&pending)
      }
      if receipt.acknowledged.count < messages.count, receipt.fault == nil {
        let said = complaint
        receipt.fault =
          fault.map { Self.text($0) } ?? (said.isEmpty ? "no acknowledgement in time" : said)
      }
      return receipt
    }

    private func send(_ message: HubMessage) -> natsStatus {
      var made: OpaquePointer?
      let created = unsafe message.payload.withUnsafeBytes { bytes in
        unsafe natsMsg_Create(
          &made, message.subject, nil, bytes.bindMemory(to: CChar.self).baseAddress,
          CInt(bytes.count))
      }
      guard created == NATS_OK, unsafe made != nil else { return created }
      defer { if unsafe made != nil { unsafe natsMsg_Destroy(made) } }
      var status = unsafe natsMsgHeader_Set(made, "Nats-Msg-Id", message.id)
      for header in message.headers where status == NATS_OK {
        status = unsafe natsMsgHeader_Set(made, header.name, header.value)
      }
      guard status == NATS_OK else { return status }
      return unsafe js_PublishMsgAsync(context, &made, nil)
    }

    // MARK: - Consuming

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
      var options = unsafe jsSubOptions()
      unsafe jsSubOptions_Init(&options)
      let words = CWords([stream, name])
      unsafe options.Stream = words.pointers[0]
      unsafe options.Consumer = words.pointers[1]
      var made: OpaquePointer?
      let status = unsafe js_PullSubscribe(&made, context, filter, nil, nil, &options, nil)
      guard status == NATS_OK, let made = unsafe made else {
        throw HubError(.consumer, name, "it cannot be used: \(reason(status))")
      }
      if let old = unsafe subscription { unsafe natsSubscription_Destroy(old) }
      unsafe subscription = unsafe made
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
      return unsafe info.pointee.Config?.pointee.FilterSubject.map { unsafe String(cString: $0) }
        ?? ""
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
      guard let subscription = unsafe subscription else { return [] }
      var list = unsafe natsMsgList()
      let status = unsafe natsSubscription_Fetch(
        &list, subscription, CInt(count), Int64(milliseconds), nil)
      defer { unsafe natsMsgList_Destroy(&list) }
      if isClosed { throw lost() }
      // A hub without a leader for a while is told by its silence or by nobody being there.
      if status == NATS_TIMEOUT || status == NATS_NO_RESPONDERS { return [] }
      guard status == NATS_OK else {
        throw HubError(.lost, "consumer", "it gives nothing: \(reason(status))")
      }
      return (0..<Int(unsafe list.Count)).compactMap { place in
        unsafe list.Msgs[place].map { unsafe delivery(of: $0, headers) }
      }
    }

    private func delivery(of message: OpaquePointer, _ names: [String]) -> HubDelivery {
      var headers: [String: String] = [:]
      for name in names {
        var value: UnsafePointer<CChar>?
        if unsafe natsMsgHeader_Get(message, name, &value) == NATS_OK, let value = unsafe value {
          unsafe headers[name] = String(cString: value)
        }
      }
      return HubDelivery(
        subject: unsafe natsMsg_GetSubject(message).map { unsafe String(cString: $0) } ?? "",
        headers: headers, payload: unsafe Self.payload(of: message),
        receipt: unsafe natsMsg_GetReply(message).map { unsafe String(cString: $0) } ?? "")
    }

    func answer(_ receipt: String, _ word: String) throws(HubError) {
      let status = unsafe natsConnection_PublishString(connection, receipt, word)
      guard status == NATS_OK else { throw lost() }
    }
  }
#endif
