#if VEDETTE_NATS
  import CNATS

  extension HubCore {
    /// Milliseconds that whoever leads the stream may take to say what it is like; longer when its servers are
    /// busy, which is seen as nobody leading it and asked again.
    private static let streamMillis: Int64 = 1_500

    /// What the stream `name` is like; one that does not keep what it was given is refused.
    func stream(_ name: String, version: HubVersion) throws(HubError) -> HubStream {
      var found: UnsafeMutablePointer<jsStreamInfo>?
      var code = jsErrCode(rawValue: 0)
      var options = unsafe jsOptions()
      unsafe jsOptions_Init(&options)
      unsafe options.Wait = Self.streamMillis
      let status = unsafe js_GetStreamInfo(&found, context, name, &options, &code)
      guard status == NATS_OK, let info = unsafe found else {
        if isClosed { throw lost() }
        // Nobody leads it, or the hub's servers have nobody who leads them.
        let isUnanswered =
          status == NATS_TIMEOUT || status == NATS_NO_RESPONDERS || code == JSClusterNotAvailErr
        throw HubError(
          isUnanswered ? .unanswered : .stream, name,
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

    func reason(_ status: natsStatus) -> String {
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

    /// Lets ``publish(_:milliseconds:)`` return with what was acknowledged by now.
    func interrupt() { acknowledgements.interrupt() }

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
  }
#endif
