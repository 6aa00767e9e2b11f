import Testing

@testable import Streaming

@Suite struct HubVersionTests {
  @Test(arguments: [
    ("2.10.0", true), ("2.15.1", true), ("2.11.0-beta.1", true), ("3.0.0", true),
    ("2.9.10", false), ("2.9.25", false), ("1.4.1", false),
  ])
  func `only servers that can sync before they acknowledge are relied on`(
    _ text: String, _ isDurable: Bool
  ) throws {
    #expect((try #require(HubVersion(text)) >= .durable) == isDurable)
  }

  @Test(arguments: ["", "2.10", "v2.10.0", "2.x.1", "nats"])
  func `what is no version is none`(_ text: String) {
    #expect(HubVersion(text) == nil)
  }

  @Test func `a server's answer says its version`() {
    let answer =
      #"{"server":{"name":"hub-1","id":"NA","ver":"2.9.10","jetstream":true},"data":{"user":"x"}}"#
    #expect(HubVersion(answer: answer) == HubVersion(major: 2, minor: 9, patch: 10))
    #expect(HubVersion(answer: "{}") == nil)
  }
}

@Suite struct PausesTests {
  @Test func `pauses grow from 0.2 to 30 s, each cut by chance to a half at most`() {
    var pauses = Pauses()
    var most = 0.2
    for _ in 0..<20 {
      let pause = pauses.next()
      #expect(pause >= .seconds(most / 2) && pause <= .seconds(most))
      most = min(most * 2, 30)
    }
    #expect(most == 30)
    pauses.reset()
    #expect(pauses.next() <= .seconds(0.2))
  }
}

@Suite struct AbsentClientTests {
  @Test(.enabled(if: !HubConnection.isSupported))
  func `a build without the client says so`() async {
    await #expect {
      _ = try await HubConnection.open(
        HubAddress(servers: ["nats://127.0.0.1:4222"], tls: nil, client: "x"))
    } throws: {
      ($0 as? HubError)?.code == .unsupported
    }
  }
}
