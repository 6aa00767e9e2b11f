import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import NIOPosix
import SiteConfiguration

/// The receiver's own endpoint, on loopback: the store for a console or other software of the center.
///
/// | path | what |
/// |---|---|
/// | `GET /v1/events?after=<row>&limit=&source=` | settled events, oldest first |
/// | `GET /v1/notices?after=<number>&limit=&kind=&source=` | gaps, refusals, faults |
/// | `GET /v1/feeds` | where each feed stands, and how many events it has in which state |
/// | `GET /v1/proof?row=` | the release bundle of an event |
/// | `GET /v1/export?format=geojson\|csv\|kml&source=` | all settled events |
/// | `GET /metrics` | where the feeds stand, Prometheus text |
struct ReceiverServer: Sendable {
  /// Rows of a page.
  static let limitMax = 1_000

  let address: ReceiverConfiguration.Address
  let store: ReceiverStore
  let sources: [ReceiverConfiguration.Source]
  let logger: Logger

  /// Serves until the task is cancelled.
  func run() async throws {
    let logger = logger
    let application = Application(
      router: router(),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "vedette-receive"),
      onServerRunning: { channel in
        logger.notice("serving the store on port \(channel.localAddress?.port ?? 0)")
      },
      logger: logger)
    do {
      try await application.run()
    } catch let error as IOError {
      throw ReceivingError(
        .bind, "\(address.host):\(address.port)",
        "cannot listen: \(error); choose another port or stop what holds it")
    }
  }

  private func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/v1/events") { request, _ in try await events(request) }
    router.get("/v1/notices") { request, _ in try await notices(request) }
    router.get("/v1/feeds") { _, _ in try await states() }
    router.get("/v1/proof") { request, _ in try await proof(request) }
    router.get("/v1/export") { request, _ in export(request) }
    router.get("/metrics") { _, _ in try await metrics() }
    return router
  }

  private func events(_ request: Request) async throws -> Response {
    var query = RowQuery()
    guard let after = number(request, "after", 0, in: 0...Int64.max),
      let limit = number(request, "limit", 500, in: 1...Int64(Self.limitMax))
    else { return wrong("after must be a row, limit a number from 1 to \(Self.limitMax)") }
    (query.after, query.limit) = (after, Int(limit))
    query.feed = request.uri.queryParameters["source"].map(String.init)
    let rows = try await store.rows(query)
    return list("events", rows.map(RowText.json), next: rows.last?.row ?? after)
  }

  private func notices(_ request: Request) async throws -> Response {
    guard let after = number(request, "after", 0, in: 0...Int64.max),
      let limit = number(request, "limit", 500, in: 1...Int64(Self.limitMax))
    else { return wrong("after must be a number, limit one from 1 to \(Self.limitMax)") }
    let query = request.uri.queryParameters
    let kind = query["kind"].map { Notice.Kind(rawValue: String($0)) }
    guard kind != .some(nil) else {
      return wrong(
        "kind must be one of \(Notice.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let notices = try await store.notices(
      after: after, limit: Int(limit), kind: kind ?? nil, feed: query["source"].map(String.init))
    return list("notices", notices.map(RowText.json), next: notices.last?.number ?? after)
  }

  private func states() async throws -> Response {
    let counts = try await store.counts()
    var items: [[UInt8]] = []
    for source in sources {
      let feed = source.name
      let state = try await store.state(of: feed)
      let size = state.note.flatMap { Checkpoint($0.text) }?.size ?? 0
      var text = Array(#"{"acknowledged":"#.utf8) + word(state.acknowledged?.description)
      text += Array(#","barred":\#(state.isBarred),"cursor":"#.utf8)
      text += word(state.cursor?.description) + Array(#","events":{"#.utf8)
      text +=
        counts.filter { $0.feed == feed }.map { #""\#($0.state.rawValue)":\#($0.count)"# }
        .joined(separator: ",").utf8
      text += Array(#"},"exercise":\#(source.isExercise),"hub":"#.utf8) + word(source.hub)
      text += Array(#","post":"#.utf8) + CanonicalString.quoted(source.post)
      text += Array(#","signed":\#(size),"source":"#.utf8) + CanonicalString.quoted(feed)
      text += Array(#","url":"#.utf8) + word(source.hub == nil ? source.url : nil)
      items.append(text + [UInt8(ascii: "}")])
    }
    return json(Array(#"{"feeds":["#.utf8) + items.joined(separator: [0x2C]) + Array("]}".utf8))
  }

  private func metrics() async throws -> Response {
    let (settled, feeds) = try await store.metrics(of: sources.map(\.name))
    return Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(
        byteBuffer: ByteBuffer(string: ReceiverMetrics.text(settled: settled, feeds))))
  }

  private func proof(_ request: Request) async throws -> Response {
    guard let row = number(request, "row", 0, in: 1...Int64.max) else {
      return wrong("row must be the row of an event")
    }
    guard let bundle = try await store.bundle(at: row) else {
      return json(Array(#"{"error":"row \#(row) has no proof"}"#.utf8), .notFound)
    }
    return json(bundle)
  }

  private func export(_ request: Request) -> Response {
    let query = request.uri.queryParameters
    guard let format = StoreExport.Format(rawValue: String(query["format"] ?? "geojson")) else {
      return wrong("format must be geojson, csv or kml")
    }
    let (store, feed) = (store, query["source"].map(String.init))
    let type =
      switch format {
      case .geojson: "application/geo+json"
      case .csv: "text/csv; charset=utf-8"
      case .kml: "application/vnd.google-earth.kml+xml"
      }
    return Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody { writer in
        var export = StoreExport(store, as: format, feed: feed)
        while let piece = try await export.next() {
          if !piece.isEmpty { try await writer.write(ByteBuffer(bytes: piece)) }
        }
        try await writer.finish(nil)
      })
  }

  // MARK: - Answers

  private func number(
    _ request: Request, _ name: Substring, _ otherwise: Int64, in range: ClosedRange<Int64>
  ) -> Int64? {
    let value = request.uri.queryParameters[name].map { Int64($0) } ?? otherwise
    return value.flatMap { range.contains($0) ? $0 : nil }
  }

  private func word(_ text: String?) -> [UInt8] {
    text.map { CanonicalString.quoted($0) } ?? Array("null".utf8)
  }

  private func list(_ name: String, _ items: [[UInt8]], next: Int64) -> Response {
    json(
      Array(#"{"\#(name)":["#.utf8) + items.joined(separator: [0x2C])
        + Array(#"],"next":\#(next)}"#.utf8))
  }

  private func wrong(_ text: String) -> Response {
    json(
      Array(#"{"error":"#.utf8) + CanonicalString.quoted(text) + [UInt8(ascii: "}")], .badRequest)
  }

  private func json(_ body: [UInt8], _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status,
      headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
